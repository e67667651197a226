//! The text of a key, and what is kept of it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::{
    Malformed,
    form::{Form, ID_WIDTH, is_base62},
};
use crate::model::ContentHash;

const PREFIX: &str = "tk_";

/// The public part of a key, by which it is stored and shown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyId(String);

impl KeyId {
    /// The text: 11 letters and digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for KeyId {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        if text.len() == ID_WIDTH && is_base62(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Malformed)
        }
    }
}

impl TryFrom<String> for KeyId {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        text.parse()
    }
}

impl From<KeyId> for String {
    fn from(id: KeyId) -> Self {
        id.0
    }
}

/// SHA-256 of a key's secret: all that is kept of it. 256 random bits need no slow hash.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyHash(ContentHash);

/// In constant time, so that the answer's delay says nothing about the stored hash.
impl PartialEq for KeyHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str().as_bytes().ct_eq(other.0.as_str().as_bytes()).into()
    }
}

impl Eq for KeyHash {}

/// A key as its holder sends it. `Debug` shows the id only.
#[derive(Clone, Debug)]
pub struct KeyToken(Form);

impl KeyToken {
    /// Makes a key of 40 random bytes: 64 bits of id, 256 of secret.
    #[must_use]
    pub fn generate(random: [u8; 40]) -> Self {
        Self(Form::generate(random))
    }

    /// Reads a key, without asking whether it exists.
    ///
    /// # Errors
    /// [`Malformed`] when the form or the checksum is not a key's.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        Form::parse(PREFIX, text).map(Self)
    }

    /// The public part.
    #[must_use]
    pub fn id(&self) -> KeyId {
        KeyId(self.0.id.clone())
    }

    /// What the record of this key holds.
    #[must_use]
    pub fn hash(&self) -> KeyHash {
        KeyHash(self.0.hash())
    }

    /// The whole text, to be shown once to who asked for the key.
    #[must_use]
    pub fn expose(&self) -> String {
        self.0.expose(PREFIX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token() -> KeyToken {
        KeyToken::generate(std::array::from_fn(|index| u8::try_from(index * 6).unwrap()))
    }

    #[test]
    fn a_key_reads_back_and_keeps_its_hash() {
        let text = token().expose();
        let read = KeyToken::parse(&text).unwrap();
        assert_eq!(read.expose(), text);
        assert_eq!((read.id(), read.hash()), (token().id(), token().hash()));
    }

    #[test]
    fn a_key_has_one_form_that_a_scanner_can_find() {
        let form = regex_lite::Regex::new("^tk_[0-9A-Za-z]{60}$").unwrap();
        for random in [[0; 40], [255; 40], [1; 40]] {
            assert!(form.is_match(&KeyToken::generate(random).expose()));
        }
    }

    #[test]
    fn every_single_typo_fails_the_checksum() {
        let text = token().expose();
        for position in PREFIX.len()..text.len() {
            let mut typo = text.clone().into_bytes();
            typo[position] = if typo[position] == b'x' { b'y' } else { b'x' };
            let typo = String::from_utf8(typo).unwrap();
            assert_eq!(KeyToken::parse(&typo).err(), Some(Malformed), "{position}");
        }
    }

    #[test]
    fn other_texts_are_not_keys() {
        let text = token().expose();
        for other in ["", "tk_", &text[1..], &text[..62], &format!("{text}0"), "tk_ä", "Bearer x"]
        {
            assert!(KeyToken::parse(other).is_err(), "{other}");
        }
        let other_kind = text.replace("tk_", "whk_");
        assert!(KeyToken::parse(&other_kind).is_err());
    }

    #[test]
    fn a_key_never_shows_in_debug_output() {
        let text = token().expose();
        let shown = format!("{:?}", token());
        assert!(shown.contains(token().id().as_str()));
        assert!(!shown.contains(&text[PREFIX.len() + ID_WIDTH..][..43]));
    }
}
