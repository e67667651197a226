//! What makes a scheme useless or unsafe although it reads well.

use std::fmt;

use super::{
    Algorithm, Condition, Exchange, FollowUp, KeyText, Method, Part, Scheme, SignatureForm,
    TimestampPlace,
};

/// Most methods of a scheme: each costs a computation for every secret.
const MAX_METHODS: usize = 8;

/// Widest tolerance, in seconds: a day, which is less than deliveries are remembered.
const MAX_TOLERANCE_S: u32 = 24 * 60 * 60;

/// Longest time for which a deferred answer may be due, in seconds: callbacks end then, too.
const MAX_VALID_S: u32 = 24 * 60 * 60;

/// Something wrong with a scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where: `methods[0].signed`.
    pub path: String,
    /// In words.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.path, self.message)
    }
}

impl Scheme {
    /// All that is wrong with it.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.methods.is_empty() || self.methods.len() > MAX_METHODS {
            faults
                .push(fault("methods", format!("1 to {MAX_METHODS} ways of signing are expected")));
        }
        for (index, method) in self.methods.iter().enumerate() {
            let found = method_faults(method);
            faults.extend(found.into_iter().map(|(member, message)| {
                fault(&format!("methods[{index}].{member}"), message.to_owned())
            }));
        }
        exchange_faults("handshakes", &self.handshakes, &mut faults);
        exchange_faults("replies", &self.replies, &mut faults);
        for (index, handshake) in self.handshakes.iter().enumerate() {
            if handshake.when.is_empty() {
                let path = format!("handshakes[{index}].when");
                faults.push(fault(&path, "every delivery would be taken for one".to_owned()));
            }
        }
        if let Some(follow_up) = &self.follow_up {
            follow_up_faults(follow_up, &mut faults);
        }
        faults
    }
}

fn fault(path: &str, message: String) -> Fault {
    Fault { path: path.to_owned(), message }
}

type Found = Vec<(&'static str, &'static str)>;

fn method_faults(method: &Method) -> Found {
    let mut faults = Found::new();
    form_faults(method, &mut faults);
    signed_faults(method, &mut faults);
    timestamp_faults(method, &mut faults);
    let form = &method.secret;
    if form.min_bytes == 0 {
        faults.push(("secret.min_bytes", "an empty secret is no secret"));
    }
    if form.prefix.as_ref().is_some_and(|prefix| prefix.text.is_empty()) {
        faults.push(("secret.prefix.text", "empty"));
    }
    match method.algorithm {
        Algorithm::Ed25519 if form.text == KeyText::Utf8 => {
            faults.push(("secret.text", "a public key is written in hex or base64"));
        }
        Algorithm::Token if form.text != KeyText::Utf8 => {
            faults.push(("secret.text", "a token is compared as it stands: `utf8`"));
        }
        _ => {}
    }
    faults
}

fn form_faults(method: &Method, faults: &mut Found) {
    match (&method.signature.form, method.algorithm) {
        (SignatureForm::Prefix(text), _) if text.is_empty() => {
            faults.push(("signature.form.prefix", "empty: write `bare`"));
        }
        (SignatureForm::List { .. }, Algorithm::Token) => {
            faults.push(("signature.form", "a token stands alone or behind a prefix"));
        }
        (SignatureForm::List { separator, assign, key }, _) => {
            if separator == assign {
                faults.push(("signature.form.list", "items and their values need two separators"));
            }
            if key.is_empty() || key.contains([*separator, *assign]) {
                faults.push(("signature.form.list.key", "empty, or with a separator in it"));
            }
        }
        _ => {}
    }
    match (method.signature.encoding, method.algorithm) {
        (Some(_), Algorithm::Token) => {
            faults.push(("signature.encoding", "a token is not encoded"));
        }
        (None, algorithm) if algorithm != Algorithm::Token => {
            faults.push(("signature.encoding", "missing: hex, hex_upper, base64 or base64_url"));
        }
        _ => {}
    }
}

fn signed_faults(method: &Method, faults: &mut Found) {
    let Some(signed) = &method.signed else {
        if method.algorithm != Algorithm::Token {
            faults.push(("signed", "missing: what is signed, as in `{ts}.{body}`"));
        }
        return;
    };
    if method.algorithm == Algorithm::Token {
        faults.push(("signed", "a token signs nothing"));
        return;
    }
    let form = signed.has(&Part::Form);
    if !signed.has(&Part::Body) && !form {
        faults.push(("signed", "without `{body}` anyone could send another body"));
    }
    if form != method.body_digest.is_some() {
        let message = "`{form}` covers forms only: other bodies need a digest in the signed URL, and only they";
        faults.push(("body_digest", message));
    }
    if method.body_digest.is_some() && !signed.has(&Part::Url) {
        faults.push(("signed", "the URL names the body's digest, so it has to be signed"));
    }
    if signed.has(&Part::Id) != method.id.is_some() {
        faults.push(("id", "`{id}` in `signed` and the header that it stands for belong together"));
    }
    if !method.url.is_empty() && !signed.has(&Part::Url) {
        faults.push(("url", "`{url}` is not signed"));
    }
}

fn timestamp_faults(method: &Method, faults: &mut Found) {
    let used = method.signed.as_ref().is_some_and(|signed| signed.has(&Part::Timestamp));
    let Some(rule) = &method.timestamp else {
        if used {
            faults.push(("timestamp", "`{ts}` is signed: say where it stands"));
        }
        return;
    };
    let list = matches!(method.signature.form, SignatureForm::List { .. });
    match &rule.at {
        TimestampPlace::Body(_) if used => {
            faults.push(("timestamp.at", "`{ts}` stands in a header or in the signature's list"));
        }
        TimestampPlace::Body(_)
            if method.signed.as_ref().is_none_or(|signed| !signed.has(&Part::Body)) =>
        {
            faults.push(("timestamp.at", "the body is not signed"));
        }
        TimestampPlace::Body(_) => {}
        _ if !used => {
            faults.push((
                "timestamp",
                "not signed, so anyone could renew it: use `{ts}` in `signed`",
            ));
        }
        TimestampPlace::Signature(_) if !list => {
            faults.push(("timestamp.at.signature", "the signature's header is no list"));
        }
        _ => {}
    }
    if let Some(tolerance) = rule.tolerance {
        let possible = 1..=MAX_TOLERANCE_S;
        if !possible.contains(&tolerance.past_s) || !possible.contains(&tolerance.future_s) {
            faults.push(("timestamp.tolerance", "1 to 86400 seconds each way are expected"));
        }
    }
}

fn exchange_faults(name: &str, exchanges: &[Exchange], faults: &mut Vec<Fault>) {
    for (index, exchange) in exchanges.iter().enumerate() {
        if !(200..300).contains(&exchange.answer.status) {
            let path = format!("{name}[{index}].answer.status");
            faults.push(fault(&path, "200 to 299 are expected".to_owned()));
        }
        condition_faults(&format!("{name}[{index}]"), &exchange.when, faults);
    }
}

fn condition_faults(path: &str, conditions: &[Condition], faults: &mut Vec<Fault>) {
    for (place, condition) in conditions.iter().enumerate() {
        if condition.equals.is_some() == condition.present.is_some() {
            let message = "one of `equals` and `present` is expected".to_owned();
            faults.push(fault(&format!("{path}.when[{place}]"), message));
        }
    }
}

fn follow_up_faults(follow_up: &FollowUp, faults: &mut Vec<Fault>) {
    condition_faults("follow_up", &follow_up.when, faults);
    let FollowUp { text, max_characters, valid_s, max_uses, .. } = follow_up;
    let checks = [
        ("text", text.is_empty(), "the member that holds the text has a name"),
        ("max_characters", *max_characters == 0, "no text is as short as that"),
        ("valid_s", !(1..=MAX_VALID_S).contains(valid_s), "1 to 86400 seconds are expected"),
        ("max_uses", *max_uses == Some(0), "an address that may not be used is of no use"),
    ];
    for (member, wrong, message) in checks {
        if wrong {
            faults.push(fault(&format!("follow_up.{member}"), message.to_owned()));
        }
    }
}
