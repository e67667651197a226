//! Both halves of an Ed25519 key: for who signs as a provider that tells its receivers the public half only.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    encoding::hex_of_any_case,
    scheme::{Algorithm, Encoding, KeyText, Scheme},
};

/// A private key with its public half. Has no `Debug` form.
pub struct KeyPair(ed25519_dalek::SigningKey);

impl KeyPair {
    /// The pair of a seed (RFC 8032 §5.1.5), which has to be random.
    #[must_use]
    pub fn of(seed: [u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(&seed))
    }

    /// Reads what [`KeyPair::expose`] wrote; nothing from any other text.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let seed: [u8; 32] = hex_of_any_case(text)?.try_into().ok()?;
        Some(Self::of(seed))
    }

    /// The seed in hex, for the one file that keeps it.
    #[must_use]
    pub fn expose(&self) -> String {
        Encoding::Hex.encode(self.0.as_bytes())
    }

    /// The seed.
    #[must_use]
    pub fn seed(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// The public half, as a receiver of `scheme`'s provider keeps it; nothing where the provider does not sign so.
    #[must_use]
    pub fn public(&self, scheme: &Scheme) -> Option<String> {
        let method = scheme.methods.iter().find(|it| it.algorithm == Algorithm::Ed25519)?;
        let public = self.0.verifying_key().to_bytes();
        let text = match method.secret.text {
            KeyText::Hex => Encoding::Hex.encode(&public),
            KeyText::Base64 => STANDARD.encode(public),
            KeyText::Utf8 => return None,
        };
        let prefix = method.secret.prefix.as_ref().map(|prefix| prefix.text.as_str());
        Some(format!("{}{text}", prefix.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::named;

    #[test]
    fn a_pair_is_written_as_its_readers_expect() {
        // RFC 8032 §7.1, TEST 1.
        let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
        let pair = KeyPair::read(seed).unwrap();
        assert_eq!(pair.expose(), seed);
        let public = |provider| pair.public(named(provider).unwrap());
        let hex = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        assert_eq!(public("discord").as_deref(), Some(hex));
        let text = "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
        assert_eq!(public("standard-webhooks").as_deref(), Some(text));
        assert_eq!(public("stripe"), None);
        assert!(KeyPair::read("9d61").is_none() && KeyPair::read("").is_none());
    }
}
