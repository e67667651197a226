//! A provider's row.

use serde::{Deserialize, Serialize};

use super::{Exchange, FollowUp, Method, Part, Place, Pointer, ProviderName};

/// All that is known of a provider's webhooks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scheme {
    /// Its name.
    pub provider: ProviderName,
    /// How it signs.
    pub methods: Vec<Method>,
    /// Where a delivery's id stands, the best place first; SHA-256 of the body when nowhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub delivery: Vec<Place>,
    /// Where the event's name stands, the best place first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub event: Vec<Place>,
    /// Where it says whose event it is, the best place first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub account: Vec<Place>,
    /// Where the time of the event stands; the time of sending, else of receipt, when nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<TimePlace>,
    /// What is asked to see whether the endpoint is ours: answered at once, no run starts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handshakes: Vec<Exchange>,
    /// What deliveries have to be answered, where the provider cares.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replies: Vec<Exchange>,
    /// Where the result of the run goes, where the reply only says that there will be one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow_up: Option<FollowUp>,
    /// Where an event says that it is the answer to a run that waits for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<InputPlaces>,
}

/// Where an answer to a run stands, as of a button that somebody pressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputPlaces {
    /// The run's link, or the token that ends it.
    pub link: Pointer,
    /// What is answered.
    pub data: Pointer,
}

impl Scheme {
    /// Whether a signature may cover the URL, which must be known to the byte then.
    #[must_use]
    pub fn signs_url(&self) -> bool {
        let covers = |method: &Method| {
            let signed = method.signed.as_ref().is_some_and(|signed| signed.has(&Part::Url));
            signed || method.body_digest.is_some()
        };
        self.methods.iter().any(covers)
    }
}

/// Where the time of an event stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimePlace {
    /// Where.
    pub at: Place,
    /// As what.
    pub unit: TimeUnit,
}

/// How the time of an event is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeUnit {
    /// Seconds since the Unix epoch.
    S,
    /// Milliseconds since the Unix epoch.
    Ms,
    /// As in `2026-02-09T23:24:39Z`.
    Rfc3339,
}
