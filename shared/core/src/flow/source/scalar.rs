//! Plain scalars of the YAML 1.2 core schema: `yes` and `1.0.0` are texts, `0x1F` is a number.

use serde_json::Number;

use super::Node;

/// What a plain scalar means.
///
/// # Errors
/// A number that JSON does not know, or that would lose digits.
pub(super) fn resolve(text: &str) -> Result<Node, String> {
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => Node::Null,
        "true" | "True" | "TRUE" => Node::Bool(true),
        "false" | "False" | "FALSE" => Node::Bool(false),
        _ => match number(text)? {
            Some(number) => Node::Number(number),
            None => Node::Text(text.to_owned()),
        },
    })
}

/// The number `text` writes, `None` if it is no number.
pub(super) fn number(text: &str) -> Result<Option<Number>, String> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Err(format!("`{text}` is not a number that JSON knows"));
    }
    if let Some(digits) = text.strip_prefix("0x").filter(|digits| all(digits, 16)) {
        return whole(u64::from_str_radix(digits, 16).ok().map(Number::from));
    }
    if let Some(digits) = text.strip_prefix("0o").filter(|digits| all(digits, 8)) {
        return whole(u64::from_str_radix(digits, 8).ok().map(Number::from));
    }
    if all(unsigned, 10) {
        let text = text.strip_prefix('+').unwrap_or(text);
        let signed = text.parse::<i64>().map(Number::from);
        return whole(signed.ok().or_else(|| text.parse::<u64>().ok().map(Number::from)));
    }
    if !is_float(unsigned) {
        return Ok(None);
    }
    match text.parse::<f64>().ok().and_then(Number::from_f64) {
        Some(number) => Ok(Some(number)),
        None => Err("the number is too large".to_owned()),
    }
}

fn whole(number: Option<Number>) -> Result<Option<Number>, String> {
    match number {
        Some(number) => Ok(Some(number)),
        None => Err("the number has too many digits: quote it to keep it as a text".to_owned()),
    }
}

fn all(digits: &str, radix: u32) -> bool {
    !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix))
}

/// `(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let exponent_fits = exponent
        .is_none_or(|exponent| all(exponent.strip_prefix(['+', '-']).unwrap_or(exponent), 10));
    let mantissa_fits = match mantissa.split_once('.') {
        None => all(mantissa, 10),
        Some(("", fraction)) => all(fraction, 10),
        Some((whole, fraction)) => all(whole, 10) && (fraction.is_empty() || all(fraction, 10)),
    };
    exponent_fits && mantissa_fits
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::flow::source::{Located, Position};

    fn value(text: &str) -> Value {
        let at = Position { line: 1, column: 1 };
        Located { node: resolve(text).unwrap(), at, content: None }.to_value()
    }

    #[test]
    fn the_core_schema_decides() {
        for (text, meant) in [
            ("", json!(null)),
            ("~", json!(null)),
            ("true", json!(true)),
            ("yes", json!("yes")),
            ("on", json!("on")),
            ("1.0.0", json!("1.0.0")),
            ("12", json!(12)),
            ("-12", json!(-12)),
            ("+12", json!(12)),
            ("0x1F", json!(31)),
            ("0o17", json!(15)),
            ("0o9", json!("0o9")),
            ("1_000", json!("1_000")),
            ("1.5", json!(1.5)),
            (".5", json!(0.5)),
            ("1e3", json!(1000.0)),
            ("1e", json!("1e")),
            (".", json!(".")),
            ("-", json!("-")),
            ("18446744073709551615", json!(u64::MAX)),
            ("12:30", json!("12:30")),
            ("2024-01-01", json!("2024-01-01")),
        ] {
            assert_eq!(value(text), meant, "{text}");
        }
    }

    #[test]
    fn numbers_that_json_does_not_know_are_refused() {
        for text in
            [".inf", "-.INF", ".NaN", "1e999", "18446744073709551616", "0xFFFFFFFFFFFFFFFFF"]
        {
            assert!(resolve(text).is_err(), "{text}");
        }
    }
}
