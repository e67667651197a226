//! Small events as each provider sends them, to be signed by simulators and tests: one file each in
//! `samples/`. Handshakes are among them.

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderName, HeaderValue, header::CONTENT_TYPE};
use serde::Deserialize;
use serde_json::Value;

use super::form;

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

/// The samples of a provider; none for one that is not known by name.
#[must_use]
pub fn samples(provider: &str) -> Vec<Sample> {
    let records: Vec<Record> =
        text(provider).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    records.into_iter().map(sample).collect()
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
        "clerk" | "resend" | "svix" => file!("svix"),
        "discord" => file!("discord"),
        "github" => file!("github"),
        "gitlab" => file!("gitlab"),
        "hubspot" => file!("hubspot"),
        "intercom" => file!("intercom"),
        "jira" => file!("jira"),
        "linear" => file!("linear"),
        "openai" | "standard-webhooks" => file!("standard-webhooks"),
        "pagerduty" => file!("pagerduty"),
        "shopify" => file!("shopify"),
        "slack" => file!("slack"),
        "stripe" => file!("stripe"),
        "teams-outgoing" => file!("teams-outgoing"),
        "twilio" => file!("twilio"),
        "typeform" => file!("typeform"),
        "zoom" => file!("zoom"),
        _ => None,
    }
}
