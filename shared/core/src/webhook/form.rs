//! Bodies of the type `application/x-www-form-urlencoded`.

use std::borrow::Cow;

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
pub(super) fn parameters(text: &str) -> Result<Vec<Parameter<'_>>, &'static str> {
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
    if !text.contains('%') && !text.contains('+') {
        return Ok(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    for (place, piece) in text.split('%').enumerate() {
        let plain = match escape(piece.as_bytes()) {
            _ if place == 0 => piece.as_bytes(),
            Some((byte, behind)) => {
                bytes.push(byte);
                behind
            }
            None => {
                bytes.push(b'%');
                piece.as_bytes()
            }
        };
        bytes.extend(plain.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }));
    }
    String::from_utf8(bytes).map(Cow::Owned).map_err(|_| "a parameter is not UTF-8")
}

/// The byte that two hex digits stand for, and what is behind them.
fn escape(text: &[u8]) -> Option<(u8, &[u8])> {
    let (digits, behind) = text.split_first_chunk::<2>()?;
    let [high, low] = digits.map(|digit| char::from(digit).to_digit(16));
    let byte = u8::try_from(high? << 4 | low?).ok()?;
    Some((byte, behind))
}

/// Whether a form is written as senders write it: every `%` starts an escape in capitals. A signature over
/// decoded parameters would else cover other bytes, too.
pub(super) fn is_canonical(text: &str) -> bool {
    let capital = |digit: &u8| matches!(digit, b'0'..=b'9' | b'A'..=b'F');
    let mut digits = text.split('%').skip(1).map(|behind| behind.as_bytes().first_chunk::<2>());
    digits.all(|digits| digits.is_some_and(|digits| digits.iter().all(capital)))
}

/// Sorted by name; of each name every value once, sorted; names and values run together.
pub(super) fn signed_text(mut parameters: Vec<Parameter<'_>>) -> String {
    parameters.sort();
    parameters.dedup();
    let texts = || parameters.iter().flat_map(|(name, value)| [&**name, value]);
    let mut signed = String::with_capacity(texts().map(str::len).sum());
    signed.extend(texts());
    signed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Parameter<'_>> {
        parameters(text).unwrap()
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
        assert!(parameters("a=%FF").is_err());
        assert!(parameters(&"a=1&".repeat(MAX_PARAMETERS + 1)).is_err());
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
            assert_eq!(is_canonical(body), canonical, "{body}");
        }
    }
}
