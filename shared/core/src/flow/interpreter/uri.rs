//! URI templates (RFC 6570 §3.2.2, simple string expansion) and query strings.

use std::fmt::Write;

use serde_json::Value;

/// Replaces each `{name}` of `template` by the member of `input` of that name, percent-encoded;
/// null gives nothing. The language knows no other operators, and no paths into members.
///
/// # Errors
/// A sentence: a member is missing, or is an array or object; or a brace is not closed.
pub(super) fn expand(template: &str, input: &Value) -> Result<String, String> {
    let mut uri = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some((literal, tail)) = rest.split_once('{') {
        uri.push_str(literal);
        let (name, tail) =
            tail.split_once('}').ok_or("the URI template has a `{` without its `}`")?;
        let value = input.get(name).ok_or_else(|| {
            format!("the URI template names {name:?}, which the task's input does not have")
        })?;
        let text = text(value).ok_or_else(|| {
            format!("the URI template names {name:?}, which is an array or an object")
        })?;
        // A lone dot segment would be taken away with the segment before it, encoded or not.
        if matches!(&*text, "." | "..") {
            return Err(format!("the value of {name:?} would change the path of the URI"));
        }
        encode_into(&mut uri, &text);
        rest = tail;
    }
    uri.push_str(rest);
    Ok(uri)
}

/// Adds `parameters` to the query of `uri`, before its fragment. Null is left out, an array is
/// one parameter for each item, an object is sent as JSON.
pub(super) fn with_query<'v>(
    uri: String,
    parameters: impl Iterator<Item = (&'v String, &'v Value)>,
) -> String {
    let mut query = String::new();
    for (name, value) in parameters {
        match value {
            Value::Array(items) => items.iter().for_each(|item| parameter(&mut query, name, item)),
            value => parameter(&mut query, name, value),
        }
    }
    if query.is_empty() {
        return uri;
    }
    let (mut address, fragment) = match uri.split_once('#') {
        Some((address, fragment)) => (address.to_owned(), Some(fragment)),
        None => (uri.clone(), None),
    };
    match address.split_once('?') {
        None => address.push('?'),
        Some((_, "")) => {}
        Some(_) => address.push('&'),
    }
    address.push_str(&query);
    if let Some(fragment) = fragment {
        address.push('#');
        address.push_str(fragment);
    }
    address
}

fn parameter(query: &mut String, name: &str, value: &Value) {
    if value.is_null() {
        return;
    }
    if !query.is_empty() {
        query.push('&');
    }
    encode_into(query, name);
    query.push('=');
    encode_into(query, &text(value).unwrap_or_else(|| value.to_string()));
}

/// A scalar as it stands in a URI or a header.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// Everything but the unreserved characters of RFC 3986 §2.3 is encoded: no value can leave its
/// segment of the path or become another parameter.
fn encode_into(target: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            target.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(target, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_expanded_and_encoded() {
        let input = json!({"var": "value", "hello": "Hello World!", "half": "50%", "n": 1, "no": null,
            "path": "../x?y#z", "pet.id": true, "u": "ü"});
        // The first three are the examples of RFC 6570 §3.2.2.
        for (template, expanded) in [
            ("{var}", "value"),
            ("{hello}", "Hello%20World%21"),
            ("{half}", "50%25"),
            ("https://a/{path}/b", "https://a/..%2Fx%3Fy%23z/b"),
            ("a/{n}/{no}/{pet.id}/{u}", "a/1//true/%C3%BC"),
            ("a}b", "a}b"),
            ("", ""),
        ] {
            assert_eq!(expand(template, &input).as_deref(), Ok(expanded), "{template}");
        }
    }

    #[test]
    fn a_template_without_its_value_is_refused() {
        let input = json!({"list": [1], "up": ".."});
        for template in ["/pets/{up}", "/{none}", "/{list}", "/{open", "/{list.0}"] {
            assert!(expand(template, &input).is_err(), "{template}");
        }
        assert!(expand("/{x}", &json!("text")).is_err());
    }

    #[test]
    fn a_query_is_added_where_it_belongs() {
        let parameters = json!({"a b": "c&d", "list": [1, "x"], "no": null, "o": {"k": 1}});
        let parameters = parameters.as_object().unwrap();
        let query = "a%20b=c%26d&list=1&list=x&o=%7B%22k%22%3A1%7D";
        for (uri, expected) in [
            ("https://a/b", format!("https://a/b?{query}")),
            ("https://a/b?", format!("https://a/b?{query}")),
            ("https://a/b?x=1", format!("https://a/b?x=1&{query}")),
            ("https://a/b#f", format!("https://a/b?{query}#f")),
        ] {
            assert_eq!(with_query(uri.to_owned(), parameters.iter()), expected);
        }
        assert_eq!(with_query("u#f".to_owned(), serde_json::Map::new().iter()), "u#f");
    }
}
