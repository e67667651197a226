//! What is sent, before it is signed.

use std::{fs, io, path::Path};

use shared::{
    model::{Timestamp, limits::MAX_BODY_BYTES},
    webhook::{self, HeaderMap, HeaderName, HeaderValue, Sample, Unsigned},
};

use super::Arguments;
use crate::error::Error;

/// The event that the flags ask for, new at `now`: nobody has seen its id.
pub(super) fn event(
    arguments: &Arguments,
    provider: &str,
    url: String,
    random: [u8; 16],
    now: Timestamp,
) -> Result<Unsigned, Error> {
    let id = u128::from_be_bytes(random);
    let number = u64::try_from(id % u128::from(u64::MAX)).unwrap_or_default();
    let samples = webhook::fresh_samples(provider, number, now);
    let wanted = arguments.event.as_deref();
    let sample = samples.iter().find(|sample| Some(sample.event.as_str()) == wanted);
    let Sample { mut headers, body, .. } = match (sample, wanted) {
        (Some(sample), _) => sample.clone(),
        (None, None) => plain(),
        (None, Some(_)) if arguments.body.is_some() && samples.is_empty() => plain(),
        (None, Some(name)) => {
            let names: Vec<_> = samples.iter().map(|sample| sample.event.as_str()).collect();
            let names = names.join(", ");
            return Err(Error::Usage(if names.is_empty() {
                format!("there are no events for `{provider}`: say --body FILE")
            } else {
                format!(
                    "there is no event `{name}` for `{provider}`: {names}; or say --body FILE alone"
                )
            }));
        }
    };
    for text in &arguments.header {
        let (name, value) = header(text)?;
        headers.insert(name, value);
    }
    let body = arguments.body.as_deref().map_or(Ok(body), read)?;
    Ok(Unsigned { method: "POST".to_owned(), url, headers, body, id: delivery_id(random) })
}

/// JSON of nobody known.
fn plain() -> Sample {
    let json =
        (HeaderName::from_static("content-type"), HeaderValue::from_static("application/json"));
    Sample { event: String::new(), headers: HeaderMap::from_iter([json]), body: Vec::new() }
}

fn header(text: &str) -> Result<(HeaderName, HeaderValue), Error> {
    let parts = text.split_once(':').and_then(|(name, value)| {
        let name = HeaderName::try_from(name.trim()).ok()?;
        Some((name, HeaderValue::try_from(value.trim()).ok()?))
    });
    parts.ok_or_else(|| Error::Usage(format!("--header: `Name: value` is expected, not `{text}`")))
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let name = path.display();
    let text = if path.as_os_str() == "-" {
        let mut text = Vec::new();
        io::Read::read_to_end(&mut io::stdin().lock(), &mut text).map(|_| text)
    } else {
        fs::read(path)
    };
    let text = text.map_err(|error| Error::Usage(format!("cannot read `{name}`: {error}")))?;
    if text.len() > MAX_BODY_BYTES {
        return Err(Error::Usage(format!(
            "`{name}` is larger than a body may be: {MAX_BODY_BYTES} bytes"
        )));
    }
    Ok(text)
}

/// In the form of a UUID, as most providers write ids.
fn delivery_id(random: [u8; 16]) -> String {
    let mut digits = format!("{:032x}", u128::from_be_bytes(random));
    for place in [20, 16, 12, 8] {
        digits.insert(place, '-');
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_look_like_those_of_providers() {
        assert_eq!(delivery_id([0xab; 16]), "abababab-abab-abab-abab-abababababab");
    }

    #[test]
    fn a_header_has_a_name_and_a_value() {
        let (name, value) = header("X-Acme-Event: made: now").unwrap();
        assert_eq!((name.as_str(), value.to_str().unwrap()), ("x-acme-event", "made: now"));
        assert!(header("X-Acme-Event").is_err() && header("a b: c").is_err());
    }
}
