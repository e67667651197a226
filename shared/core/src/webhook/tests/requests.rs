//! Requests that tests can change, and keys for every provider.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::{
    model::{Secret, Timestamp},
    webhook::{
        Refusal, Request, Sample, Scheme, Signed, SigningKey, Unsigned, named, scheme::Algorithm,
        sign, verify,
    },
};

/// 2026-09-21, as in the published vectors.
pub(super) const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

pub(super) const URL: &str = "https://hooks.example.com/ext/webhook/k/triggers/t?a=1";

pub(super) fn at(seconds: u64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

pub(super) fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

pub(super) fn scheme(provider: &str) -> &'static Scheme {
    named(provider).unwrap_or_else(|| panic!("{provider} is not known"))
}

/// RFC 8032 §7.1, TEST 1.
pub(super) const SEED: [u8; 32] = [
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
    0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
];
pub(super) const PUBLIC_HEX: &str =
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
pub(super) const PUBLIC_WHPK: &str = "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
pub(super) const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub(super) const BASE64_32: &str = "+t/2z4V1t7FAszAq0nistNoT0c2a3jAD1KYpCtI9Cnk=";

/// What a provider signs with, and what its receiver holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub(super) provider: &'static str,
    pub(super) secret: &'static str,
}

impl Pair {
    pub(super) fn scheme(self) -> &'static Scheme {
        scheme(self.provider)
    }

    pub(super) fn signed(self, unsigned: Unsigned, now: Timestamp) -> Signed {
        let secret = secret(self.secret);
        let public = [PUBLIC_HEX, PUBLIC_WHPK].contains(&self.secret);
        let key = if public { SigningKey::Ed25519(&SEED) } else { SigningKey::Shared(&secret) };
        sign(self.scheme(), key, unsigned, now).unwrap()
    }

    pub(super) fn sample(self, sample: Sample, now: Timestamp) -> Signed {
        self.signed(unsigned(sample), now)
    }
}

/// Every way of signing of every named provider.
pub(super) const PAIRS: [Pair; 24] = [
    Pair { provider: "bitbucket", secret: "It's a Secret" },
    Pair { provider: "clerk", secret: WHSEC },
    Pair { provider: "discord", secret: PUBLIC_HEX },
    Pair { provider: "github", secret: "gh-vector-secret ☃" },
    Pair { provider: "gitlab", secret: WHSEC },
    Pair { provider: "gitlab", secret: "gl-plain-token" },
    Pair { provider: "hubspot", secret: "hs-client-secret" },
    Pair { provider: "intercom", secret: "ic-client-secret" },
    Pair { provider: "jira", secret: "It's a Secret" },
    Pair { provider: "linear", secret: "lin_wh_secret" },
    Pair { provider: "openai", secret: WHSEC },
    Pair { provider: "pagerduty", secret: "pd-secret" },
    Pair { provider: "resend", secret: WHSEC },
    Pair { provider: "shopify", secret: "shpss_secret" },
    Pair { provider: "slack", secret: "8f742231b10e8888abcd99yyyzzz85a5" },
    Pair { provider: "standard-webhooks", secret: WHSEC },
    Pair { provider: "standard-webhooks", secret: PUBLIC_WHPK },
    Pair { provider: "stripe", secret: "whsec_test_secret_1" },
    Pair { provider: "svix", secret: WHSEC },
    Pair { provider: "teams-outgoing", secret: BASE64_32 },
    Pair { provider: "twilio", secret: "12345" },
    Pair { provider: "typeform", secret: "tf-secret" },
    Pair { provider: "zoom", secret: "zoom-secret-token" },
    Pair { provider: "standard-webhooks", secret: "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" },
];

pub(super) fn unsigned(sample: Sample) -> Unsigned {
    Unsigned {
        method: "POST".to_owned(),
        url: URL.to_owned(),
        headers: sample.headers,
        body: sample.body,
        id: "msg_1".to_owned(),
    }
}

impl Signed {
    pub(super) fn request(&self) -> Request<'_> {
        Request { method: &self.method, url: &self.url, headers: &self.headers, body: &self.body }
    }

    /// How it fares with `provider` and `secret`.
    pub(super) fn judged(&self, pair: Pair, now: Timestamp) -> Result<(), Refusal> {
        let secrets = [secret(pair.secret)];
        verify(pair.scheme(), &secrets, &self.request(), now).map(|_| ())
    }

    /// The same with another value of a header.
    pub(super) fn with(&self, header: &HeaderName, value: &[u8]) -> Option<Self> {
        let mut changed = self.clone();
        changed.headers.insert(header, HeaderValue::from_bytes(value).ok()?);
        Some(changed)
    }
}

/// The headers that decide whether a request passes.
pub(super) fn deciding(pair: Pair) -> Vec<HeaderName> {
    let scheme = pair.scheme();
    let secret = secret(pair.secret);
    let method = crate::webhook::secret::methods(scheme, &secret).unwrap()[0];
    let mut headers = vec![method.signature.header.name().clone()];
    headers.extend(method.id.iter().map(|id| id.name().clone()));
    if let Some(rule) = &method.timestamp
        && let crate::webhook::scheme::TimestampPlace::Header(header) = &rule.at
    {
        headers.push(header.name().clone());
    }
    headers
}

pub(super) fn is_token(pair: Pair) -> bool {
    let secret = secret(pair.secret);
    let methods = crate::webhook::secret::methods(pair.scheme(), &secret).unwrap();
    methods[0].algorithm == Algorithm::Token
}

pub(super) fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap()))
        .collect()
}
