//! Small events as each provider sends them, to be signed by simulators and tests: one file each in
//! `samples/`. Handshakes are among them. `{{…}}` stands for what differs between deliveries.

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderName, HeaderValue, header::CONTENT_TYPE};
use serde::Deserialize;
use serde_json::Value;

use super::form;
use crate::model::Timestamp;

/// The number and the time of [`samples`].
const FIXED: (u64, Timestamp) = (314_159_265_358_979, Timestamp::from_millis(1_790_000_000_000));

/// One more than the largest number of a sample, all of which have fifteen digits: every JSON reader keeps them.
const NUMBERS: u64 = 1_000_000_000_000_000;

/// An event as its provider sends it, without signature, time of sending and delivery id.
#[derive(Clone, Debug)]
pub struct Sample {
    /// What people call it.
    pub event: String,
    /// Its headers, the content type among them.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    event: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    json: Option<Value>,
    form: Option<String>,
}

/// The samples of a provider, always the same; none for one that is not known by name.
#[must_use]
pub fn samples(provider: &str) -> Vec<Sample> {
    let (number, now) = FIXED;
    fresh_samples(provider, number, now)
}

/// The same as they would be sent at `now`. Of two numbers come two deliveries, where the body tells them
/// apart; its last fifteen digits count.
#[must_use]
pub fn fresh_samples(provider: &str, number: u64, now: Timestamp) -> Vec<Sample> {
    let records: Vec<Record> = text(provider)
        .and_then(|text| serde_json::from_str(&filled(text, number, now)).ok())
        .unwrap_or_default();
    records.into_iter().map(sample).collect()
}

/// The text of a file without blanks. What stands alone between quotes becomes a JSON number.
fn filled(text: &str, number: u64, now: Timestamp) -> String {
    let number = number % NUMBERS;
    let id = format!("{number:015}");
    let (seconds, milliseconds) = (now.as_secs().to_string(), now.as_millis().to_string());
    let last_twelve = id.get(3..).unwrap_or_default();
    text.replace("\"{{number}}\"", &number.to_string())
        .replace("\"{{s}}\"", &seconds)
        .replace("\"{{ms}}\"", &milliseconds)
        .replace("{{s}}", &seconds)
        .replace("{{id}}", &id)
        .replace("{{id12}}", last_twelve)
        .replace("{{time}}", &now.to_string())
        .replace("{{local_time}}", &now.to_the_second())
}

fn sample(record: Record) -> Sample {
    let Record { event, headers, json, form } = record;
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            map.insert(name, value);
        }
    }
    let content_type = if form.is_some() { form::CONTENT_TYPE } else { "application/json" };
    map.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    let json = || json.map(|json| json.to_string()).unwrap_or_default();
    Sample { event, headers: map, body: form.unwrap_or_else(json).into_bytes() }
}

fn text(provider: &str) -> Option<&'static str> {
    macro_rules! file {
        ($name:literal) => {
            Some(include_str!(concat!("samples/", $name, ".json")))
        };
    }
    match provider {
        "bitbucket" => file!("bitbucket"),
        "clerk" => file!("clerk"),
        "discord" => file!("discord"),
        "github" => file!("github"),
        "gitlab" => file!("gitlab"),
        "hubspot" => file!("hubspot"),
        "intercom" => file!("intercom"),
        "jira" => file!("jira"),
        "linear" => file!("linear"),
        "openai" => file!("openai"),
        "pagerduty" => file!("pagerduty"),
        "resend" => file!("resend"),
        "shopify" => file!("shopify"),
        "slack" => file!("slack"),
        "standard-webhooks" => file!("standard-webhooks"),
        "stripe" => file!("stripe"),
        "svix" => file!("svix"),
        "teams-outgoing" => file!("teams-outgoing"),
        "twilio" => file!("twilio"),
        "typeform" => file!("typeform"),
        "zoom" => file!("zoom"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::names;

    #[test]
    fn every_provider_has_samples_without_blanks() {
        for provider in names() {
            let found = samples(provider);
            assert!(!found.is_empty(), "{provider}");
            for Sample { event, headers, body } in found {
                let body = String::from_utf8(body).unwrap();
                let headers = format!("{headers:?}");
                assert!(!body.contains("{{") && !headers.contains("{{"), "{provider} {event}");
            }
        }
    }

    #[test]
    fn a_number_of_few_digits_is_still_a_number() {
        let fresh = fresh_samples("hubspot", 7, Timestamp::from_millis(1_790_000_000_001));
        let body: Value = serde_json::from_slice(&fresh[0].body).unwrap();
        assert_eq!(
            (&body[0]["eventId"], &body[0]["occurredAt"]),
            (&7.into(), &1_790_000_000_001_u64.into())
        );
        let stripe: Value =
            serde_json::from_slice(&fresh_samples("stripe", 7, Timestamp::default())[0].body)
                .unwrap();
        assert_eq!(stripe["id"], "evt_000000000000007");
    }
}
