//! The sender's side, in the words of the same schemes: for simulators, and for webhooks that we send.

use ed25519_dalek::Signer;
use http::{HeaderMap, HeaderValue};
use serde_json::Value;

use super::{
    Refusal, Request, Scheme, SecretFault, form,
    message::{Pieces, body_digest},
    scheme::{Algorithm, Method, Place, SignatureForm, TimestampPlace, TimestampUnit},
    secret::{self, Key, key_bytes},
};
use crate::model::{Secret, Timestamp};

/// What a sender signs with.
#[derive(Clone, Copy)]
pub enum SigningKey<'k> {
    /// The secret that the receiver holds, too.
    Shared(&'k Secret),
    /// The private half of the key that the receiver holds: an Ed25519 seed (RFC 8032 §5.1.5).
    Ed25519(&'k [u8; 32]),
}

/// A request before it is signed.
#[derive(Clone)]
pub struct Unsigned {
    /// As in `POST`.
    pub method: String,
    /// The whole URL that will be called.
    pub url: String,
    /// Headers; those of the signature are added.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
    /// What tells it from other deliveries; in the header that the provider has for it, if any.
    pub id: String,
}

/// A signed request.
#[derive(Clone)]
pub struct Signed {
    /// As in `POST`.
    pub method: String,
    /// The URL to call: some providers name the body's digest in it.
    pub url: String,
    /// All headers.
    pub headers: HeaderMap,
    /// The body: some providers name the time of sending in it.
    pub body: Vec<u8>,
}

/// Why a request cannot be signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsignable {
    /// The key is not for this provider.
    #[error("the key cannot be used: {0}")]
    Key(#[from] SecretFault),
    /// The provider signs with another kind of key.
    #[error("the provider signs with another kind of key")]
    KindOfKey,
    /// A text does not fit into a header.
    #[error("the header `{0}` cannot hold its text")]
    Header(String),
    /// The time of sending belongs into a JSON body, which this is not.
    #[error("the body has no room for the timestamp")]
    TimestampInBody,
    /// What is signed cannot be collected.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// Signs a request as `scheme`'s provider would at `now`.
///
/// # Errors
/// [`Unsignable`]. A retry fails alike.
pub fn sign(
    scheme: &Scheme,
    key: SigningKey<'_>,
    unsigned: Unsigned,
    now: Timestamp,
) -> Result<Signed, Unsignable> {
    let method = method(scheme, key)?;
    let Unsigned { method: verb, url, headers, body, id } = unsigned;
    let mut signed = Signed { method: verb, url, headers, body };
    name(scheme, method, &id, &mut signed.headers)?;
    date(method, now, &mut signed)?;
    cover_body(method, &mut signed);
    let signature = signature(method, key, &signed)?;
    attach(method, &signature, &mut signed.headers)?;
    Ok(signed)
}

fn method<'s>(scheme: &'s Scheme, key: SigningKey<'_>) -> Result<&'s Method, Unsignable> {
    let first = match key {
        SigningKey::Shared(secret) => secret::methods(scheme, secret)?.first().copied(),
        SigningKey::Ed25519(_) => {
            scheme.methods.iter().find(|method| method.algorithm == Algorithm::Ed25519)
        }
    };
    first.ok_or(Unsignable::KindOfKey)
}

/// Puts the id where the provider puts it, unless something stands there.
fn name(
    scheme: &Scheme,
    method: &Method,
    id: &str,
    headers: &mut HeaderMap,
) -> Result<(), Unsignable> {
    let delivery = scheme.delivery.iter().find_map(|place| match place {
        Place::Header(header) => Some(header),
        _ => None,
    });
    if let Some(header) = method.id.as_ref().or(delivery)
        && !headers.contains_key(header.name())
    {
        headers.insert(header.name(), value(id, header.to_string())?);
    }
    Ok(())
}

/// Puts the time of sending where the provider puts it.
fn date(method: &Method, now: Timestamp, signed: &mut Signed) -> Result<(), Unsignable> {
    let Some(rule) = &method.timestamp else { return Ok(()) };
    let number = match rule.unit {
        TimestampUnit::S => now.as_secs(),
        TimestampUnit::Ms => now.as_millis(),
    };
    match &rule.at {
        TimestampPlace::Header(header) => {
            signed.headers.insert(header.name(), HeaderValue::from(number));
        }
        TimestampPlace::Signature(key) => {
            let header = &method.signature.header;
            let SignatureForm::List { assign, .. } = &method.signature.form else { return Ok(()) };
            let item = value(&format!("{key}{assign}{number}"), header.to_string())?;
            signed.headers.insert(header.name(), item);
        }
        TimestampPlace::Body(pointer) => {
            let body = serde_json::from_slice(&signed.body).ok();
            let mut body: Value = body.ok_or(Unsignable::TimestampInBody)?;
            let place = body.pointer_mut(pointer.as_str()).ok_or(Unsignable::TimestampInBody)?;
            *place = number.into();
            signed.body = body.to_string().into_bytes();
        }
    }
    Ok(())
}

/// Names the body's digest in the URL, where nothing else covers it.
fn cover_body(method: &Method, signed: &mut Signed) {
    let Some(digest) = &method.body_digest else { return };
    let Signed { method: verb, url, headers, body } = &*signed;
    let content_type = Request { method: verb, url, headers, body }.content_type();
    let is_form = content_type.is_some_and(|(name, _)| name == form::CONTENT_TYPE);
    if !is_form && !signed.body.is_empty() {
        let separator = if signed.url.contains('?') { '&' } else { '?' };
        signed.url =
            format!("{}{separator}{}={}", signed.url, digest.query, body_digest(&signed.body));
    }
}

fn signature(method: &Method, key: SigningKey<'_>, signed: &Signed) -> Result<Vec<u8>, Unsignable> {
    let Signed { method: verb, url, headers, body } = signed;
    let pieces = Pieces::collect(method, &Request { method: verb, url, headers, body })?;
    let versions = pieces.versions(method.signed.as_ref());
    let message = versions.first().map(Vec::as_slice).unwrap_or_default();
    match key {
        SigningKey::Shared(secret) => {
            let key = Key::new(method.algorithm, &key_bytes(method, secret)?)?;
            key.sign(message).ok_or(Unsignable::KindOfKey)
        }
        SigningKey::Ed25519(seed) => {
            let key = ed25519_dalek::SigningKey::from_bytes(seed);
            Ok(key.sign(&message.concat()).to_bytes().to_vec())
        }
    }
}

/// Writes the signature into its header, behind what stands there.
fn attach(method: &Method, signature: &[u8], headers: &mut HeaderMap) -> Result<(), Unsignable> {
    let place = &method.signature;
    let unfit = || Unsignable::Header(place.header.to_string());
    let text = match place.encoding {
        Some(encoding) => encoding.encode(signature),
        None => String::from_utf8(signature.to_vec()).map_err(|_| unfit())?,
    };
    let text = match &place.form {
        SignatureForm::Bare => text,
        SignatureForm::Prefix(prefix) => format!("{prefix}{text}"),
        SignatureForm::List { separator, assign, key } => {
            let before = headers.get(place.header.name()).and_then(|value| value.to_str().ok());
            let before = before.map(|before| format!("{before}{separator}")).unwrap_or_default();
            format!("{before}{key}{assign}{text}")
        }
    };
    headers.insert(place.header.name(), value(&text, place.header.to_string())?);
    Ok(())
}

fn value(text: &str, header: String) -> Result<HeaderValue, Unsignable> {
    HeaderValue::from_str(text).map_err(|_| Unsignable::Header(header))
}
