//! Whether a request is its provider's.

use super::{
    Refusal, Request, Scheme,
    freshness::signed_at,
    message::Pieces,
    scheme::Method,
    secret::{self, Key, key_bytes},
    signature::signatures,
};
use crate::model::{Secret, Timestamp, limits::MAX_BODY_BYTES};

/// That a request is its provider's, which only [`verify`] says.
#[derive(Clone, Debug)]
pub struct Verified<'v> {
    pub(super) method: &'v Method,
    pub(super) secret: &'v Secret,
    secret_index: usize,
    signed_at: Option<Timestamp>,
}

impl Verified<'_> {
    /// Which of the secrets it was, from 0.
    #[must_use]
    pub const fn secret_index(&self) -> usize {
        self.secret_index
    }

    /// When it was signed, where the provider says so.
    #[must_use]
    pub const fn signed_at(&self) -> Option<Timestamp> {
        self.signed_at
    }
}

/// Holds a request against its provider's scheme. Every secret is tried: two are alive while one
/// replaces the other. Raw bytes are verified before anything in them is read.
///
/// # Errors
/// [`Refusal`], of all attempts that which came farthest. A retry of the same request fails alike, but for
/// the clock.
pub fn verify<'v>(
    scheme: &'v Scheme,
    secrets: &'v [Secret],
    request: &Request<'_>,
    now: Timestamp,
) -> Result<Verified<'v>, Refusal> {
    if request.body.len() > MAX_BODY_BYTES {
        return Err(Refusal::BodyTooLarge);
    }
    let mut farthest = Refusal::NoSecret;
    for (secret_index, secret) in secrets.iter().enumerate() {
        let methods = secret::methods(scheme, secret).map_err(Refusal::UnusableSecret);
        let attempts = match methods {
            Ok(methods) => methods.into_iter().map(Ok).collect(),
            Err(refusal) => vec![Err(refusal)],
        };
        for attempt in attempts {
            let outcome =
                attempt.and_then(|method| Ok((method, signed_with(method, secret, request, now)?)));
            match outcome {
                Ok((method, signed_at)) => {
                    return Ok(Verified { method, secret, secret_index, signed_at });
                }
                Err(refusal) if refusal.progress() > farthest.progress() => farthest = refusal,
                Err(_) => {}
            }
        }
    }
    Err(farthest)
}

/// Whether `secret` signed the request by `method`, and when.
fn signed_with(
    method: &Method,
    secret: &Secret,
    request: &Request<'_>,
    now: Timestamp,
) -> Result<Option<Timestamp>, Refusal> {
    let key = key_bytes(method, secret)
        .and_then(|bytes| Key::new(method.algorithm, &bytes))
        .map_err(Refusal::UnusableSecret)?;
    let signatures = signatures(method, request)?;
    let pieces = Pieces::collect(method, request)?;
    let versions = pieces.versions(method.signed.as_ref());
    if !versions.iter().any(|message| key.verifies(message, &signatures)) {
        return Err(Refusal::Mismatch);
    }
    signed_at(method, request, pieces.timestamp(), now)
}
