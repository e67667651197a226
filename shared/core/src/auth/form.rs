//! The form that keys and the tokens of URLs have: a prefix, an id, a secret, a checksum; base62, each
//! of a fixed width.
//!
//! It is GitHub's of 2021: a scanner finds a key by `tk_[0-9A-Za-z]{60}`, and a mistyped one fails its
//! checksum before anything is read from the database.

use crate::model::{ContentHash, Secret};

/// 64 bits in base62.
pub(super) const ID_WIDTH: usize = 11;

/// 256 bits in base62.
const SECRET_WIDTH: usize = 43;

/// 32 bits in base62.
const CHECKSUM_WIDTH: usize = 6;

/// The text is not a key's: mistyped, cut off, or something else. Carries none of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a well-formed key")]
pub struct Malformed;

/// What stands behind a prefix. `Debug` shows the id only.
#[derive(Clone, Debug)]
pub(super) struct Form {
    pub(super) id: String,
    secret: Secret,
}

impl Form {
    /// Made of 40 random bytes: 64 bits of id, 256 of secret.
    pub(super) fn generate(random: [u8; 40]) -> Self {
        let (id, secret) = random.split_at(8);
        Self { id: base62::<ID_WIDTH>(id), secret: Secret::new(base62::<SECRET_WIDTH>(secret)) }
    }

    pub(super) fn parse(prefix: &str, text: &str) -> Result<Self, Malformed> {
        let body = text.strip_prefix(prefix).filter(|body| is_base62(body)).ok_or(Malformed)?;
        let (signed, checksum) = body.split_at_checked(ID_WIDTH + SECRET_WIDTH).ok_or(Malformed)?;
        if checksum != self::checksum(prefix, signed) {
            return Err(Malformed);
        }
        let (id, secret) = signed.split_at_checked(ID_WIDTH).ok_or(Malformed)?;
        Ok(Self { id: id.to_owned(), secret: Secret::new(secret.to_owned()) })
    }

    /// SHA-256 of the secret. 256 random bits need no slow hash.
    pub(super) fn hash(&self) -> ContentHash {
        ContentHash::of(self.secret.expose().as_bytes())
    }

    pub(super) fn expose(&self, prefix: &str) -> String {
        let signed = format!("{}{}", self.id, self.secret.expose());
        format!("{prefix}{signed}{}", checksum(prefix, &signed))
    }
}

pub(super) fn is_base62(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The prefix is summed too, so that a token of another kind never passes for a key.
fn checksum(prefix: &str, signed: &str) -> String {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(prefix.as_bytes());
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
}
