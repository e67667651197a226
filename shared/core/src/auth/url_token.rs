//! The text of the token that stands in a trigger's URL, and who may come in by it.

use subtle::ConstantTimeEq;

use super::{Malformed, form::Form};
use crate::model::{Timestamp, UrlTokenRecord};

const PREFIX: &str = "whk_";

/// The token of a URL. It starts one trigger and reads that trigger's runs. `Debug` shows the id only.
#[derive(Clone, Debug)]
pub struct UrlToken(Form);

impl UrlToken {
    /// Makes a token of 40 random bytes: 64 bits of id, 256 of secret.
    #[must_use]
    pub fn generate(random: [u8; 40]) -> Self {
        Self(Form::generate(random))
    }

    /// Reads a token, without asking whether it exists.
    ///
    /// # Errors
    /// [`Malformed`] when the form or the checksum is not a token's.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        Form::parse(PREFIX, text).map(Self)
    }

    /// What a trigger keeps of it.
    #[must_use]
    pub fn record(&self, created_at: Timestamp) -> UrlTokenRecord {
        let (id, hash) = (self.0.id.clone(), self.0.hash());
        UrlTokenRecord { id, hash, created_at, expires_at: None }
    }

    /// Whether one of `records` is of this token and works at `now`. Secrets are compared in constant time.
    #[must_use]
    pub fn opens(&self, records: &[UrlTokenRecord], now: Timestamp) -> bool {
        let hash = self.0.hash();
        records.iter().any(|record| {
            let genuine: bool =
                record.hash.as_str().as_bytes().ct_eq(hash.as_str().as_bytes()).into();
            genuine && record.id == self.0.id && record.expires_at.is_none_or(|end| now < end)
        })
    }

    /// The whole text, to be shown once to who asked for the token.
    #[must_use]
    pub fn expose(&self) -> String {
        self.0.expose(PREFIX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::KeyToken;

    #[test]
    fn only_a_token_of_the_trigger_opens_it_in_its_time() {
        let (ours, other) = (UrlToken::generate([1; 40]), UrlToken::generate([2; 40]));
        let at = Timestamp::from_millis;
        let record = ours.record(at(0));
        let expiring = UrlTokenRecord { expires_at: Some(at(10)), ..record.clone() };
        assert!(ours.opens(&[other.record(at(0)), record.clone()], at(5)));
        assert!(!other.opens(&[record], at(5)));
        assert!(!ours.opens(&[], at(5)));
        assert!(ours.opens(std::slice::from_ref(&expiring), at(9)));
        assert!(!ours.opens(&[expiring], at(10)));
    }

    #[test]
    fn a_token_reads_back_and_is_no_key() {
        let text = UrlToken::generate([3; 40]).expose();
        assert_eq!(UrlToken::parse(&text).unwrap().expose(), text);
        assert!(KeyToken::parse(&text).is_err());
        let key = KeyToken::generate([3; 40]).expose();
        assert!(UrlToken::parse(&key).is_err());
        assert!(UrlToken::parse(&key.replace("tk_", "whk_")).is_err());
    }
}
