//! What a verification found, for people and for scripts.

use serde::Serialize;
use serde_json::Value;
use shared::webhook::{
    Answer as Prescribed, Delivery, Finding, Refusal, Scheme, SecretFault, scheme::Part,
};

use crate::output::{Answer, facts, printable};

/// All that is said.
#[derive(Serialize)]
pub(super) struct Report {
    provider: String,
    #[serde(flatten)]
    outcome: Outcome,
    looked_for: Vec<Looked>,
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}

/// How it ended.
#[derive(Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(super) enum Outcome {
    /// The request is the provider's.
    Accepted {
        delivery_id: String,
        event_type: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        handshake: Option<Wanted>,
    },
    /// It is not, or that cannot be known.
    Refused { name: &'static str, reason: String, hints: Vec<&'static str> },
}

/// An answer that the provider waits for.
#[derive(Serialize)]
pub(super) struct Wanted {
    status: u16,
    json: Option<Value>,
}

#[derive(Serialize)]
struct Looked {
    what: &'static str,
    place: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
}

impl Outcome {
    pub(super) fn accepted(delivery: Delivery<'_>) -> Self {
        let handshake =
            delivery.handshake().map(|Prescribed { status, json }| Wanted { status, json });
        let delivery_id = delivery.id().to_owned();
        let event_type = delivery.into_envelope().event_type().to_owned();
        Self::Accepted { delivery_id, event_type, handshake }
    }

    pub(super) fn refused(refusal: &Refusal, scheme: &Scheme) -> Self {
        Self::Refused {
            name: refusal.name(),
            reason: refusal.to_string(),
            hints: hints(refusal, scheme),
        }
    }

    pub(super) const fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted { .. })
    }
}

impl Report {
    pub(super) fn new(
        scheme: &Scheme,
        outcome: Outcome,
        findings: Vec<Finding>,
        weakness: Option<&SecretFault>,
    ) -> Self {
        let looked = |Finding { what, place, found }: Finding| {
            let fault = found.as_ref().err().map(ToString::to_string);
            Looked { what, place, found: found.ok(), fault }
        };
        let warning = |fault| format!("a trigger would not take this secret: {fault}");
        Self {
            provider: scheme.provider.to_string(),
            outcome,
            looked_for: findings.into_iter().map(looked).collect(),
            warning: weakness.map(warning),
        }
    }
}

/// Why it may be so, in the order of what happens most.
fn hints(refusal: &Refusal, scheme: &Scheme) -> Vec<&'static str> {
    let signs_url = scheme
        .methods
        .iter()
        .any(|method| method.signed.as_ref().is_some_and(|signed| signed.has(&Part::Url)));
    match refusal {
        Refusal::Mismatch => {
            let mut hints = vec![
                "the secret is another endpoint's, or was replaced",
                "the body is not the raw one: it was parsed and written anew, or a line's end came or went",
            ];
            if signs_url {
                hints.push("the URL is not the one that the provider calls: scheme, host, port, path, query");
            }
            hints
        }
        Refusal::TooOld { .. } => vec![
            "the request was recorded earlier: give its time with --now",
            "it is a replay, or one of the clocks is wrong",
        ],
        Refusal::TooNew { .. } => vec!["one of the clocks is wrong", "--now is too early"],
        Refusal::MissingHeader(_) => vec![
            "the request is another provider's, or none",
            "no secret is set at the provider, so it does not sign",
            "a proxy dropped the header",
        ],
        Refusal::UnusableSecret(_) => {
            vec!["the provider shows several keys: this is the one for signing webhooks, whole"]
        }
        Refusal::BodyNotSigned => vec![
            "the header `Content-Type` is not the sent one",
            "the URL is not the one that the provider calls",
        ],
        _ => Vec::new(),
    }
}

impl Answer for Report {
    fn text(&self) -> String {
        let mut rows = vec![("Provider", self.provider.clone())];
        for Looked { what, place, found, fault } in &self.looked_for {
            let name = match *what {
                "signature" => "Signature",
                "timestamp" => "Timestamp",
                "id" => "Id",
                _ => "Signed",
            };
            let found = fault.as_ref().or(found.as_ref()).map(String::as_str).unwrap_or_default();
            rows.push((name, format!("{place} → {found}")));
        }
        let mut ending = String::new();
        match &self.outcome {
            Outcome::Accepted { delivery_id, event_type, handshake } => {
                rows.push(("Event", event_type.clone()));
                rows.push(("Delivery", delivery_id.clone()));
                if let Some(Wanted { status, json }) = handshake {
                    let json = json.as_ref().map(Value::to_string).unwrap_or_default();
                    rows.push((
                        "Handshake",
                        format!("answered {status} {json}").trim_end().to_owned(),
                    ));
                }
                ending.push_str("Accepted.\n");
            }
            Outcome::Refused { reason, hints, .. } => {
                ending.push_str(&printable(&format!("Refused: {reason}.")));
                ending.push('\n');
                if !hints.is_empty() {
                    ending.push_str("Perhaps:\n");
                }
                for hint in hints {
                    ending.extend(["  - ", hint, "\n"]);
                }
            }
        }
        let warning = self.warning.as_ref().map(|warning| format!("Warning: {warning}.\n"));
        format!("{}\n{ending}{}", facts(&rows), warning.unwrap_or_default())
    }
}
