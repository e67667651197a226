//! Webhooks as they are shown: what they expect, and of secrets and tokens when they count, never what they are.

use serde::Serialize;
use shared::{
    auth::UrlToken,
    model::{Environment, SecretReference, Timestamp, UrlTokenRecord, Verification, Webhook},
};

use crate::output::{Answer, Table, time};

/// The webhook of a trigger.
#[derive(Serialize)]
pub(super) struct ShownWebhook {
    provider: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheme: Option<String>,
    environment: Environment,
    secrets: Vec<ShownSecret>,
    tokens: Vec<ShownToken>,
    when: Option<String>,
    mapping: Option<String>,
}

#[derive(Serialize)]
struct ShownSecret {
    secret_id: String,
    added_at: String,
    expires_at: Option<String>,
    is_live: bool,
    #[serde(skip)]
    period: [String; 2],
}

#[derive(Serialize)]
struct ShownToken {
    token_id: String,
    created_at: String,
    expires_at: Option<String>,
    is_live: bool,
    #[serde(skip)]
    period: [String; 2],
}

/// Since when something counts, and until when.
fn period(since: Timestamp, until: Option<Timestamp>) -> [String; 2] {
    [time(since), until.map_or_else(|| "no end".to_owned(), time)]
}

impl ShownSecret {
    fn new(reference: &SecretReference, now: Timestamp) -> Self {
        Self {
            secret_id: reference.id.clone(),
            added_at: reference.added_at.to_string(),
            expires_at: reference.expires_at.map(|end| end.to_string()),
            is_live: reference.is_live(now),
            period: period(reference.added_at, reference.expires_at),
        }
    }
}

impl ShownToken {
    fn new(record: &UrlTokenRecord, now: Timestamp) -> Self {
        Self {
            token_id: record.id.clone(),
            created_at: record.created_at.to_string(),
            expires_at: record.expires_at.map(|end| end.to_string()),
            is_live: record.expires_at.is_none_or(|end| now < end),
            period: period(record.created_at, record.expires_at),
        }
    }
}

fn secrets(webhook: &Webhook, now: Timestamp) -> Vec<ShownSecret> {
    webhook.secrets.iter().map(|secret| ShownSecret::new(secret, now)).collect()
}

fn tokens(webhook: &Webhook, now: Timestamp) -> Vec<ShownToken> {
    webhook.tokens.iter().map(|token| ShownToken::new(token, now)).collect()
}

impl ShownWebhook {
    pub(super) fn new(webhook: Webhook, now: Timestamp) -> Self {
        let (secrets, tokens) = (secrets(&webhook, now), tokens(&webhook, now));
        let (provider, scheme) = match webhook.verification {
            Verification::Provider(name) => (name, None),
            Verification::Scheme(text) => ("custom".to_owned(), Some(text)),
            Verification::UrlTokenAlone => ("none".to_owned(), None),
        };
        let Webhook { environment, when, mapping, .. } = webhook;
        Self { provider, scheme, environment, secrets, tokens, when, mapping }
    }

    pub(super) fn provider(&self) -> &str {
        &self.provider
    }

    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        let provider = match &*self.provider {
            "none" => "none: the URL is all it takes",
            provider => provider,
        };
        let line = |id: &str, [since, until]: &[String; 2]| {
            format!("{id}, since {since}, {}", ending(until))
        };
        let mut facts = vec![("Provider", provider.to_owned())];
        facts.extend(self.secrets.iter().map(|it| ("Secret", line(&it.secret_id, &it.period))));
        facts.extend(self.tokens.iter().map(|it| ("Token", line(&it.token_id, &it.period))));
        facts.extend(self.when.iter().map(|text| ("When", text.clone())));
        facts.extend(self.mapping.iter().map(|text| ("Mapping", text.clone())));
        facts
    }
}

fn ending(until: &str) -> String {
    if until == "no end" { until.to_owned() } else { format!("until {until}") }
}

/// The secrets of a webhook.
#[derive(Serialize)]
pub(in crate::trigger) struct Secrets {
    secrets: Vec<ShownSecret>,
}

impl Secrets {
    /// Those at `now`.
    pub(in crate::trigger) fn new(webhook: &Webhook, now: Timestamp) -> Self {
        Self { secrets: secrets(webhook, now) }
    }
}

impl Answer for Secrets {
    fn text(&self) -> String {
        let rows = self.secrets.iter().map(|secret| {
            let [since, until] = secret.period.clone();
            [secret.secret_id.clone(), state(secret.is_live), since, until]
        });
        Table::new(["SECRET", "STATE", "SINCE", "UNTIL"])
            .render(rows, "No secrets: nothing is verified but the URL.")
    }
}

/// The tokens of a webhook's URLs.
#[derive(Serialize)]
pub(in crate::trigger) struct Tokens {
    tokens: Vec<ShownToken>,
}

impl Tokens {
    /// Those at `now`.
    pub(in crate::trigger) fn new(webhook: &Webhook, now: Timestamp) -> Self {
        Self { tokens: tokens(webhook, now) }
    }
}

impl Answer for Tokens {
    fn text(&self) -> String {
        let rows = self.tokens.iter().map(|token| {
            let [since, until] = token.period.clone();
            [token.token_id.clone(), state(token.is_live), since, until]
        });
        Table::new(["TOKEN", "STATE", "SINCE", "UNTIL"]).render(rows, "No URLs.")
    }
}

fn state(is_live: bool) -> String {
    if is_live { "active" } else { "expired" }.to_owned()
}

/// A URL that was just made. Nobody can read it again.
#[derive(Serialize)]
pub(in crate::trigger) struct Address {
    url: String,
    token: ShownToken,
}

impl Address {
    /// Of a token that was made at `now`.
    pub(in crate::trigger) fn new(token: &UrlToken, url: String, now: Timestamp) -> Self {
        Self { url, token: ShownToken::new(&token.record(now), now) }
    }
}

/// Nothing but the URL, so that a script can take it as it is.
impl Answer for Address {
    fn text(&self) -> String {
        format!("{}\n", self.url)
    }
}
