//! Who else may start a trigger's flow, through an address of its own, and who is told when a run has ended.
//!
//! Secrets are named here, never held: their texts are Parameter Store's.

use serde::{Deserialize, Serialize};

use super::{ContentHash, Environment, Timestamp};

/// What a trigger that another service calls expects of its requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// How a request is known to be the service's own.
    pub verification: Verification,
    /// Where the flow runs.
    pub environment: Environment,
    /// The secrets it may be signed with; two while one replaces the other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<SecretReference>,
    /// The tokens that its URL may hold; two while one replaces the other.
    pub tokens: Vec<UrlTokenRecord>,
    /// A jq expression on the event; one for which it is false or null is acknowledged, and starts no run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// A jq expression from the event to `{message, user_variables}`: all that the flow then sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping: Option<String>,
}

/// How a request is known to be a service's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verification {
    /// It is signed as a provider that is known by this name signs.
    Provider(String),
    /// It is signed as this scheme says, in YAML or JSON.
    Scheme(String),
    /// It is not signed: whoever knows the URL may call it.
    UrlTokenAlone,
}

/// A secret, by name. What it names never changes, so it may be remembered for ever.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SecretReference {
    /// Letters and digits, unique within its trigger; the last part of the parameter's name.
    pub id: String,
    /// When it was added.
    pub added_at: Timestamp,
    /// When it stops counting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

impl SecretReference {
    /// Whether it counts at `now`.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|expiry| now < expiry)
    }
}

/// What is kept of a URL's token. Not its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UrlTokenRecord {
    /// Its public part.
    pub id: String,
    /// SHA-256 of its secret.
    pub hash: ContentHash,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// Who is told when a run of the trigger has ended, by a request that is signed as Standard Webhooks says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    /// Where to.
    pub url: String,
    /// What signs; two while one replaces the other, and then both do.
    pub secrets: Vec<SecretReference>,
}
