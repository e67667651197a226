//! Bodies of the type `application/x-www-form-urlencoded`.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// Most parameters of a form. The widest real one, a Twilio call with add-ons, has under a hundred.
const MAX_PARAMETERS: usize = 1000;

/// The content type.
pub(super) const CONTENT_TYPE: &str = "application/x-www-form-urlencoded";

/// A parameter's name and value, decoded.
pub(super) type Parameter<'b> = (Cow<'b, str>, Cow<'b, str>);

/// Names and values in their order. Empty pieces between `&` are none.
///
/// # Errors
/// What makes it no form, in words.
pub(super) fn parameters(body: &[u8]) -> Result<Vec<Parameter<'_>>, &'static str> {
    let text = std::str::from_utf8(body).map_err(|_| "it is not text")?;
    let mut parameters = Vec::new();
    for piece in text.split('&').filter(|piece| !piece.is_empty()) {
        if parameters.len() == MAX_PARAMETERS {
            return Err("it has too many parameters");
        }
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        parameters.push((decoded(name)?, decoded(value)?));
    }
    Ok(parameters)
}

/// A `%` that starts no escape stands for itself, as browsers and servers read it.
fn decoded(text: &str) -> Result<Cow<'_, str>, &'static str> {
    let not_text = |_| "a parameter is not UTF-8";
    if text.contains('+') {
        let text = text.replace('+', " ");
        return Ok(Cow::Owned(
            percent_decode_str(&text).decode_utf8().map_err(not_text)?.into_owned(),
        ));
    }
    percent_decode_str(text).decode_utf8().map_err(not_text)
}

/// Whether a form is written as senders write it: every `%` starts an escape in capitals. A signature over
/// decoded parameters would else cover other bytes, too.
pub(super) fn is_canonical(body: &[u8]) -> bool {
    let capital = |byte: Option<&u8>| matches!(byte, Some(b'0'..=b'9' | b'A'..=b'F'));
    body.iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'%')
        .all(|(place, _)| capital(body.get(place + 1)) && capital(body.get(place + 2)))
}

/// Sorted by name; of each name every value once, sorted; names and values run together.
pub(super) fn signed_text(mut parameters: Vec<Parameter<'_>>) -> String {
    parameters.sort();
    parameters.dedup();
    parameters.iter().flat_map(|(name, value)| [&**name, value]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Parameter<'_>> {
        parameters(text.as_bytes()).unwrap()
    }

    #[test]
    fn parameters_are_decoded_in_their_order() {
        let cases: [(&str, &[(&str, &str)]); 8] = [
            ("", &[]),
            ("a=1&b=2", &[("a", "1"), ("b", "2")]),
            ("a=1&a=2&a=", &[("a", "1"), ("a", "2"), ("a", "")]),
            ("a&=b&&", &[("a", ""), ("", "b")]),
            ("text=94070+%26+more", &[("text", "94070 & more")]),
            ("a=b=c&d%3D=%2B", &[("a", "b=c"), ("d=", "+")]),
            ("caf%C3%A9=%E2%98%95", &[("café", "☕")]),
            ("a=100%&b=%zz", &[("a", "100%"), ("b", "%zz")]),
        ];
        for (text, expected) in cases {
            let found = read(text);
            let found: Vec<_> = found.iter().map(|(name, value)| (&**name, &**value)).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_text_is_no_form() {
        assert!(parameters(b"a=%FF").is_err());
        assert!(parameters(b"a=\xff").is_err());
        assert!(parameters("a=1&".repeat(MAX_PARAMETERS + 1).as_bytes()).is_err());
    }

    #[test]
    fn what_is_signed_is_sorted_and_without_repetition() {
        assert_eq!(signed_text(read("b=2&a=3&B=1&b=1&b=2&c=")), "B1a3b1b2c");
    }

    #[test]
    fn a_form_in_another_spelling_is_not_canonical() {
        for (body, canonical) in
            [("a=%2B1", true), ("a=%2b1", false), ("a=100%", false), ("a=%2", false), ("a", true)]
        {
            assert_eq!(is_canonical(body.as_bytes()), canonical, "{body}");
        }
    }
}
