//! Other services' side: what they send, and what they sign it with.

use http::HeaderMap;
use reqwest::{Method, RequestBuilder};
use shared::{
    model::{Secret, Timestamp},
    webhook::{Sample, Scheme, Signed, SigningKey, Unsigned, named, samples, sign},
};

use crate::Api;

/// RFC 8032 §7.1, TEST 1.
const SEED: [u8; 32] = [
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
    0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
];
const PUBLIC: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A service, and the secret that a trigger holds of it.
#[derive(Clone, Copy, Debug)]
pub struct Sender {
    /// Its name.
    pub provider: &'static str,
    /// What is configured.
    pub secret: &'static str,
}

impl Sender {
    /// Every service that is known by name.
    pub const ALL: [Self; 21] = [
        Self { provider: "bitbucket", secret: "It's a Secret" },
        Self { provider: "clerk", secret: WHSEC },
        Self { provider: "discord", secret: PUBLIC },
        Self { provider: "github", secret: "gh-vector-secret" },
        Self { provider: "gitlab", secret: WHSEC },
        Self { provider: "hubspot", secret: "hs-client-secret" },
        Self { provider: "intercom", secret: "ic-client-secret" },
        Self { provider: "jira", secret: "It's a Secret" },
        Self { provider: "linear", secret: "lin_wh_secret" },
        Self { provider: "openai", secret: WHSEC },
        Self { provider: "pagerduty", secret: "pd-secret" },
        Self { provider: "resend", secret: WHSEC },
        Self { provider: "shopify", secret: "shpss_secret" },
        Self { provider: "slack", secret: "8f742231b10e8888abcd99yyyzzz85a5" },
        Self { provider: "standard-webhooks", secret: WHSEC },
        Self { provider: "stripe", secret: "whsec_test_secret_1" },
        Self { provider: "svix", secret: WHSEC },
        Self { provider: "teams-outgoing", secret: "+t/2z4V1t7FAszAq0nistNoT0c2a3jAD1KYpCtI9Cnk=" },
        Self { provider: "twilio", secret: "12345" },
        Self { provider: "typeform", secret: "tf-secret" },
        Self { provider: "zoom", secret: "zoom-secret-token" },
    ];

    /// The service of this name.
    pub fn of(provider: &str) -> Self {
        let found = Self::ALL.into_iter().find(|sender| sender.provider == provider);
        found.unwrap_or_else(|| panic!("{provider} is not known"))
    }

    /// How it signs.
    pub fn scheme(self) -> &'static Scheme {
        named(self.provider).unwrap()
    }

    /// An event of its as it sends it.
    pub fn sample(self, event: &str) -> Sample {
        let mut found = samples(self.provider).into_iter();
        found.find(|sample| sample.event == event).unwrap_or_else(|| panic!("no sample {event}"))
    }

    /// A request as it would send it to `url` at `now`.
    pub fn sign(self, url: String, sample: Sample, id: &str, now: Timestamp) -> Signed {
        let secret = Secret::new(self.secret.to_owned());
        let public = self.secret == PUBLIC;
        let key = if public { SigningKey::Ed25519(&SEED) } else { SigningKey::Shared(&secret) };
        let Sample { headers, body, .. } = sample;
        let method = "POST".to_owned();
        let unsigned = Unsigned { method, url, headers, body, id: id.to_owned() };
        sign(self.scheme(), key, unsigned, now).unwrap()
    }

    /// The same to the path of an API's trigger.
    pub fn send(self, api: &Api, path: &str, sample: Sample, id: &str) -> RequestBuilder {
        let url = format!("{}{path}", api.stack.base_url());
        let signed = self.sign(url, sample, id, api.clock.now());
        let path = signed.url.strip_prefix(api.stack.base_url()).unwrap().to_owned();
        let headers: HeaderMap = signed.headers;
        api.request(Method::POST, &path).headers(headers).body(signed.body)
    }
}
