//! A request as it arrived.

use http::HeaderMap;

use super::{Refusal, scheme::Header};

/// Longest header that is looked at, in bytes. The longest real one, a list of two Ed25519
/// signatures beside two HMACs, has 300.
const MAX_HEADER_BYTES: usize = 4096;

/// A request, borrowed. Has no `Debug` form: signatures and bodies are nothing for logs.
#[derive(Clone, Copy)]
pub struct Request<'r> {
    /// As in `POST`.
    pub method: &'r str,
    /// The whole public URL as the sender called it, query included: some providers sign it.
    pub url: &'r str,
    /// The headers.
    pub headers: &'r HeaderMap,
    /// The raw body: one byte changed, and no signature fits.
    pub body: &'r [u8],
}

impl<'r> Request<'r> {
    /// A header that is expected once, as text.
    pub(super) fn header(&self, header: &Header) -> Result<&'r str, Refusal> {
        let mut values = self.headers.get_all(header.name()).iter();
        let Some(value) = values.next() else {
            return Err(Refusal::MissingHeader(header.to_string()));
        };
        if values.next().is_some() {
            return Err(Refusal::RepeatedHeader(header.to_string()));
        }
        match std::str::from_utf8(value.as_bytes()) {
            Ok("") => Err(Refusal::EmptyHeader(header.to_string())),
            Ok(text) if text.len() > MAX_HEADER_BYTES => {
                Err(Refusal::OversizedHeader(header.to_string()))
            }
            Ok(text) => Ok(text),
            Err(_) => Err(Refusal::UnreadableHeader(header.to_string())),
        }
    }

    /// The content type's name in small letters, and its charset.
    pub(super) fn content_type(&self) -> Option<(String, Option<String>)> {
        let text = self.headers.get(http::header::CONTENT_TYPE)?.to_str().ok()?;
        let mut parts = text.split(';').map(str::trim);
        let name = parts.next().filter(|name| !name.is_empty())?.to_ascii_lowercase();
        let charset = parts.find_map(|part| {
            let (key, value) = part.split_once('=')?;
            key.trim()
                .eq_ignore_ascii_case("charset")
                .then(|| value.trim().trim_matches('"').to_ascii_lowercase())
        });
        Some((name, charset))
    }
}
