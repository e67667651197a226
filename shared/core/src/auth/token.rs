//! The text of a key: `tk_`, the key's id, its secret, a checksum; base62, each of a fixed width.
//!
//! The form is GitHub's of 2021: a scanner finds it by `tk_[0-9A-Za-z]{60}`, and a mistyped key
//! fails its checksum before anything is read from the database.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::model::{ContentHash, Secret};

const PREFIX: &str = "tk_";

/// 64 bits in base62.
const ID_WIDTH: usize = 11;

/// 256 bits in base62.
const SECRET_WIDTH: usize = 43;

/// 32 bits in base62.
const CHECKSUM_WIDTH: usize = 6;

/// The text is not a key's: mistyped, cut off, or something else. Carries none of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a well-formed key")]
pub struct Malformed;

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
pub struct KeyToken {
    id: KeyId,
    secret: Secret,
}

impl KeyToken {
    /// Makes a key of 40 random bytes: 64 bits of id, 256 of secret.
    #[must_use]
    pub fn generate(random: [u8; 40]) -> Self {
        let (id, secret) = random.split_at(8);
        Self {
            id: KeyId(base62::<ID_WIDTH>(id)),
            secret: Secret::new(base62::<SECRET_WIDTH>(secret)),
        }
    }

    /// Reads a key, without asking whether it exists.
    ///
    /// # Errors
    /// [`Malformed`] when the form or the checksum is not a key's.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let body = text.strip_prefix(PREFIX).filter(|body| is_base62(body)).ok_or(Malformed)?;
        let (signed, checksum) = body.split_at_checked(ID_WIDTH + SECRET_WIDTH).ok_or(Malformed)?;
        if checksum != self::checksum(signed) {
            return Err(Malformed);
        }
        let (id, secret) = signed.split_at_checked(ID_WIDTH).ok_or(Malformed)?;
        Ok(Self { id: KeyId(id.to_owned()), secret: Secret::new(secret.to_owned()) })
    }

    /// The public part.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id.clone()
    }

    /// What the record of this key holds.
    #[must_use]
    pub fn hash(&self) -> KeyHash {
        KeyHash(ContentHash::of(self.secret.expose().as_bytes()))
    }

    /// The whole text, to be shown once to who asked for the key.
    #[must_use]
    pub fn expose(&self) -> String {
        let signed = format!("{}{}", self.id, self.secret.expose());
        format!("{PREFIX}{signed}{}", checksum(&signed))
    }
}

fn is_base62(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The prefix is summed too, so that a token of another kind never passes for a key.
fn checksum(signed: &str) -> String {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(PREFIX.as_bytes());
    hasher.update(signed.as_bytes());
    base62::<CHECKSUM_WIDTH>(&hasher.finalize().to_be_bytes())
}

/// `bytes` as one big-endian number in base62, with leading zeros. `WIDTH` digits must suffice.
fn base62<const WIDTH: usize>(bytes: &[u8]) -> String {
    // Least significant digit first.
    let mut digits = [0_u8; WIDTH];
    for byte in bytes {
        let mut carry = u16::from(*byte);
        for digit in &mut digits {
            let value = u16::from(*digit) * 256 + carry;
            *digit = u8::try_from(value % 62).unwrap_or_default();
            carry = value / 62;
        }
    }
    let letter = |digit: u8| match digit {
        0..=9 => char::from(b'0' + digit),
        10..=35 => char::from(b'A' + digit - 10),
        _ => char::from(b'a' + digit - 36),
    };
    digits.into_iter().rev().map(letter).collect()
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
    fn base62_counts_like_any_other_base() {
        for (bytes, text) in
            [(vec![0], "0000"), (vec![61], "000z"), (vec![62], "0010"), (vec![1, 0], "0048")]
        {
            assert_eq!(base62::<4>(&bytes), text);
        }
        assert_eq!(base62::<6>(&[255; 4]), "4gfFC3");
    }

    #[test]
    fn the_widest_numbers_fit_their_widths() {
        // One digit more would start with a zero: nothing was cut off.
        assert_eq!(base62::<12>(&[255; 8]), format!("0{}", base62::<ID_WIDTH>(&[255; 8])));
        assert_eq!(base62::<44>(&[255; 32]), format!("0{}", base62::<SECRET_WIDTH>(&[255; 32])));
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
        assert!(!shown.contains(&text[PREFIX.len() + ID_WIDTH..][..SECRET_WIDTH]));
    }
}
