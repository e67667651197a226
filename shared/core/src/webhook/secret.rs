//! From a secret's text to a key that verifies.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, VerifyingKey};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq;

use super::{
    encoding::hex_of_any_case,
    scheme::{Algorithm, KeyText, Method, Scheme},
};
use crate::model::Secret;

/// Longest secret, in bytes: HMAC keys beyond a block (128 bytes for SHA-512) gain nothing.
const MAX_SECRET_BYTES: usize = 1024;

/// What is wrong with a secret. Says nothing of its text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretFault {
    /// It has no text, or none behind its prefix.
    #[error("it is empty")]
    Empty,
    /// No method takes a secret without its prefix.
    #[error("it does not start with {0}")]
    Prefix(String),
    /// It is not in the encoding that the provider hands out.
    #[error("it is not {0}")]
    Encoding(&'static str),
    /// It is no public key.
    #[error("it is not the Ed25519 public key of somebody who can sign")]
    PublicKey,
    /// It could be guessed.
    #[error("it is too short: {found} bytes, at least {least} are expected")]
    TooShort {
        /// Its key's bytes.
        found: usize,
        /// How many are expected.
        least: usize,
    },
    /// It is longer than any real one.
    #[error("it is too long: at most {MAX_SECRET_BYTES} bytes")]
    TooLong,
    /// It starts or ends with white space, which comes from copying.
    #[error("it starts or ends with white space")]
    Surrounded,
}

/// Whether a secret may be configured for `scheme`.
///
/// # Errors
/// [`SecretFault`] where it could not verify anything, or where it is weak.
pub fn check_secret(scheme: &Scheme, secret: &Secret) -> Result<(), SecretFault> {
    let text = secret.expose();
    if text.len() > MAX_SECRET_BYTES {
        return Err(SecretFault::TooLong);
    }
    if text.trim() != text {
        return Err(SecretFault::Surrounded);
    }
    for method in methods(scheme, secret)? {
        let bytes = key_bytes(method, secret)?;
        let least = method.secret.min_bytes;
        if bytes.len() < least {
            return Err(SecretFault::TooShort { found: bytes.len(), least });
        }
        Key::new(method.algorithm, &bytes)?;
    }
    Ok(())
}

/// The methods that a secret is for: those whose prefix it has, else those that need none. So it is
/// the owner's secret that decides how a request must be signed, never the request.
pub(super) fn methods<'s>(
    scheme: &'s Scheme,
    secret: &Secret,
) -> Result<Vec<&'s Method>, SecretFault> {
    let has_prefix = |method: &&Method| {
        let prefix = method.secret.prefix.as_ref();
        prefix.is_some_and(|prefix| secret.expose().starts_with(&prefix.text))
    };
    let needs_prefix =
        |method: &&Method| method.secret.prefix.as_ref().is_some_and(|prefix| prefix.required);
    let mut found: Vec<_> = scheme.methods.iter().filter(has_prefix).collect();
    if found.is_empty() {
        found = scheme.methods.iter().filter(|method| !needs_prefix(method)).collect();
    }
    if found.is_empty() {
        let prefixes: Vec<_> = scheme
            .methods
            .iter()
            .filter_map(|method| Some(format!("`{}`", method.secret.prefix.as_ref()?.text)))
            .collect();
        return Err(SecretFault::Prefix(prefixes.join(" or ")));
    }
    Ok(found)
}

/// The key's bytes; never none.
pub(super) fn key_bytes(method: &Method, secret: &Secret) -> Result<Vec<u8>, SecretFault> {
    let form = &method.secret;
    let text = secret.expose();
    let text = match &form.prefix {
        Some(prefix) => text.strip_prefix(prefix.text.as_str()).unwrap_or(text),
        None => text,
    };
    let bytes = match form.text {
        KeyText::Utf8 => Some(text.as_bytes().to_vec()),
        KeyText::Base64 => STANDARD.decode(text).ok(),
        KeyText::Hex => hex_of_any_case(text),
    };
    match bytes {
        None => Err(SecretFault::Encoding(form.text.as_str())),
        Some(bytes) if bytes.is_empty() => Err(SecretFault::Empty),
        Some(bytes) => Ok(bytes),
    }
}

/// A key that verifies.
pub(super) enum Key {
    Sha1(Hmac<Sha1>),
    Sha256(Hmac<Sha256>),
    Sha512(Hmac<Sha512>),
    Ed25519(VerifyingKey),
    Token(Vec<u8>),
}

impl Key {
    pub(super) fn new(algorithm: Algorithm, bytes: &[u8]) -> Result<Self, SecretFault> {
        // An HMAC takes keys of any length but none at all, which `key_bytes` never returns.
        let empty = |_| SecretFault::Empty;
        Ok(match algorithm {
            Algorithm::HmacSha1 => Self::Sha1(Hmac::new_from_slice(bytes).map_err(empty)?),
            Algorithm::HmacSha256 => Self::Sha256(Hmac::new_from_slice(bytes).map_err(empty)?),
            Algorithm::HmacSha512 => Self::Sha512(Hmac::new_from_slice(bytes).map_err(empty)?),
            Algorithm::Ed25519 => Self::Ed25519(public_key(bytes)?),
            Algorithm::Token => Self::Token(bytes.to_vec()),
        })
    }

    /// Whether one of `signatures` is this key's over `message`, in constant time each.
    pub(super) fn verifies(&self, message: &[&[u8]], signatures: &[Vec<u8>]) -> bool {
        match self {
            Self::Sha1(mac) => one_matches(mac, message, signatures),
            Self::Sha256(mac) => one_matches(mac, message, signatures),
            Self::Sha512(mac) => one_matches(mac, message, signatures),
            Self::Ed25519(key) => {
                let message = message.concat();
                signatures.iter().any(|signature| {
                    Signature::from_slice(signature)
                        .is_ok_and(|signature| key.verify_strict(&message, &signature).is_ok())
                })
            }
            // Under a hash, so that not even the token's length can be measured.
            Self::Token(token) => {
                let token = digest(token);
                signatures.iter().any(|found| digest(found).ct_eq(&token).into())
            }
        }
    }

    /// The signature of `message`; none for a public key, which cannot sign.
    pub(super) fn sign(&self, message: &[&[u8]]) -> Option<Vec<u8>> {
        match self {
            Self::Sha1(mac) => Some(computed(mac, message)),
            Self::Sha256(mac) => Some(computed(mac, message)),
            Self::Sha512(mac) => Some(computed(mac, message)),
            Self::Ed25519(_) => None,
            Self::Token(token) => Some(token.clone()),
        }
    }
}

impl Algorithm {
    /// A signature's length in bytes; a token has any.
    pub(super) const fn signature_bytes(self) -> Option<usize> {
        match self {
            Self::HmacSha1 => Some(20),
            Self::HmacSha256 => Some(32),
            Self::HmacSha512 | Self::Ed25519 => Some(64),
            Self::Token => None,
        }
    }
}

fn public_key(bytes: &[u8]) -> Result<VerifyingKey, SecretFault> {
    let bytes: &[u8; 32] = bytes.try_into().map_err(|_| SecretFault::PublicKey)?;
    match VerifyingKey::from_bytes(bytes) {
        // Anyone can sign for a key of small order.
        Ok(key) if !key.is_weak() => Ok(key),
        _ => Err(SecretFault::PublicKey),
    }
}

fn fed<M: Mac + Clone>(mac: &M, message: &[&[u8]]) -> M {
    let mut mac = mac.clone();
    for piece in message {
        mac.update(piece);
    }
    mac
}

fn one_matches<M: Mac + Clone>(mac: &M, message: &[&[u8]], signatures: &[Vec<u8>]) -> bool {
    let mac = fed(mac, message);
    signatures.iter().any(|signature| mac.clone().verify_slice(signature).is_ok())
}

fn computed<M: Mac + Clone>(mac: &M, message: &[&[u8]]) -> Vec<u8> {
    fed(mac, message).finalize().into_bytes().to_vec()
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    use sha2::Digest;
    Sha256::digest(bytes).into()
}
