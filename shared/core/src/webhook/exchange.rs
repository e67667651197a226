//! Filling in the answers that a scheme prescribes.

use http::HeaderMap;
use serde_json::{Map, Value};

use super::{
    Verified,
    document::Document,
    scheme::{AnswerTemplate, Condition, Exchange, Fill, Place},
    secret::{Key, key_bytes},
};

/// What to answer.
#[derive(Clone, PartialEq)]
#[cfg_attr(test, derive(Debug))]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The JSON body, where there is one.
    pub json: Option<Value>,
}

/// The answer of the first exchange that applies and can be filled in.
pub(super) fn answer(
    exchanges: &[Exchange],
    verified: &Verified<'_>,
    headers: &HeaderMap,
    document: &Document,
) -> Option<Answer> {
    exchanges
        .iter()
        .filter(|exchange| all_hold(&exchange.when, headers, document))
        .find_map(|exchange| filled(&exchange.answer, verified, document))
}

/// Whether a request says all that it must say.
pub(super) fn all_hold(conditions: &[Condition], headers: &HeaderMap, document: &Document) -> bool {
    conditions.iter().all(|condition| holds(condition, headers, document))
}

fn holds(condition: &Condition, headers: &HeaderMap, document: &Document) -> bool {
    let found = match &condition.at {
        Place::Header(header) => {
            let text = headers.get(header.name()).and_then(|value| value.to_str().ok());
            text.map(Value::from)
        }
        Place::Body(pointer) => pointer.find(document.root()).cloned(),
        Place::Text(text) => Some(Value::from(text.as_str())),
    };
    match (&condition.equals, condition.present) {
        (Some(expected), _) => found.as_ref() == Some(expected),
        (None, Some(present)) => found.is_some() == present,
        (None, None) => false,
    }
}

fn filled(
    template: &AnswerTemplate,
    verified: &Verified<'_>,
    document: &Document,
) -> Option<Answer> {
    let Some(members) = &template.json else {
        return Some(Answer { status: template.status, json: None });
    };
    let filled: Option<Map<_, _>> = members
        .iter()
        .map(|(name, fill)| {
            let value = match fill {
                Fill::Value(value) => value.clone(),
                Fill::Copy(pointer) => pointer.text(document.root())?.into(),
                Fill::Sign(pointer) => signed(&pointer.text(document.root())?, verified)?.into(),
            };
            Some((name.clone(), value))
        })
        .collect();
    Some(Answer { status: template.status, json: Some(Value::Object(filled?)) })
}

/// With the secret that verified the request: while two are alive, the sender may know but one.
fn signed(text: &str, verified: &Verified<'_>) -> Option<String> {
    let method = verified.method;
    let key = Key::new(method.algorithm, &key_bytes(method, verified.secret).ok()?).ok()?;
    let signature = key.sign(&[text.as_bytes()])?;
    Some(method.signature.encoding?.encode(&signature))
}
