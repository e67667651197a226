//! What a verification looks for and what it finds, for people whose webhook fails. No secret and no
//! signature stands in it.

use super::{
    Refusal, Request, Scheme, SecretFault, freshness,
    message::Pieces,
    scheme::{Method, TimestampUnit},
    secret,
    signature::{self, signatures},
};
use crate::model::{Secret, Timestamp};

/// Something that was looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// `signature`, `timestamp`, `id` or `signed`.
    pub what: &'static str,
    /// Where, and in which form.
    pub place: String,
    /// What was found there, in words.
    pub found: Result<String, Refusal>,
}

/// Looks for all that the methods of `secret` need, whatever the first fault is.
///
/// # Errors
/// [`SecretFault`] where the secret is for no method.
pub fn inspect(
    scheme: &Scheme,
    secret: &Secret,
    request: &Request<'_>,
    now: Timestamp,
) -> Result<Vec<Finding>, SecretFault> {
    let methods = secret::methods(scheme, secret)?;
    Ok(methods.into_iter().flat_map(|method| of_method(method, request, now)).collect())
}

fn of_method(method: &Method, request: &Request<'_>, now: Timestamp) -> Vec<Finding> {
    let place = &method.signature;
    let encoding = place.encoding.map(|encoding| format!(" in {}", encoding.as_str()));
    let mut findings = vec![Finding {
        what: "signature",
        place: format!(
            "header `{}`, {}: {}{}",
            place.header,
            signature::shown(place),
            method.algorithm.as_str(),
            encoding.unwrap_or_default()
        ),
        found: signatures(method, request).map(|found| match found.len() {
            1 => "1 found".to_owned(),
            many => format!("{many} found"),
        }),
    }];
    let pieces = Pieces::collect(method, request);
    if let Some(rule) = &method.timestamp {
        let unit = match rule.unit {
            TimestampUnit::S => "seconds",
            TimestampUnit::Ms => "milliseconds",
        };
        let tolerance = match rule.tolerance {
            Some(tolerance) => {
                format!("at most {} s old and {} s ahead", tolerance.past_s, tolerance.future_s)
            }
            None => "of any age".to_owned(),
        };
        let sent = pieces.as_ref().map_err(Clone::clone);
        let found =
            sent.and_then(|pieces| freshness::signed_at(method, request, pieces.timestamp(), now));
        findings.push(Finding {
            what: "timestamp",
            place: format!("{}, {unit}, {tolerance}", rule.at),
            found: found.map(|time| time.map(|time| time.to_string()).unwrap_or_default()),
        });
    }
    if let Some(header) = &method.id {
        let found = request.header(header).map(str::to_owned);
        findings.push(Finding { what: "id", place: format!("header `{header}`"), found });
    }
    if let Some(signed) = &method.signed {
        let found = pieces.map(|_| format!("with a body of {} bytes", request.body.len()));
        findings.push(Finding { what: "signed", place: format!("`{signed}`"), found });
    }
    findings
}
