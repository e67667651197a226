//! Values of headers with parameters: `form-data; name="a"; filename="b.txt"`.

/// The value before the parameters, in lower case, and the parameters by their names in lower case.
/// Nothing where it is not well formed, or where a parameter repeats: readers differ in which they take.
pub(super) fn read(text: &str) -> Option<(String, Vec<(String, String)>)> {
    let (value, mut rest) = text.split_once(';').unwrap_or((text, ""));
    let mut parameters: Vec<(String, String)> = Vec::new();
    loop {
        rest = rest.trim_start_matches([' ', '\t']);
        if rest.is_empty() {
            return Some((value.trim().to_ascii_lowercase(), parameters));
        }
        let (name, after) = rest.split_once('=')?;
        let name = name.trim().to_ascii_lowercase();
        let after = after.trim_start_matches([' ', '\t']);
        let (value, after) = if let Some(quoted) = after.strip_prefix('"') {
            unquoted(quoted)?
        } else {
            let (token, after) = after.split_at(after.find(';').unwrap_or(after.len()));
            (token.trim_end().to_owned(), after)
        };
        let after = after.trim_start_matches([' ', '\t']);
        let repeats = parameters.iter().any(|(known, _)| *known == name);
        if !is_token(&name) || value.contains(char::is_control) || repeats {
            return None;
        }
        parameters.push((name, value));
        rest = match after.strip_prefix(';') {
            Some(more) => more,
            None if after.is_empty() => after,
            None => return None,
        };
    }
}

/// The text up to the closing quote, and what stands after that. Only a quote and a backslash are
/// escaped: some browsers put a whole path with backslashes there.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut letters = text.char_indices().peekable();
    while let Some((place, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, text.get(place + 1..)?)),
            '\\' => {
                let escaped = letters.next_if(|(_, next)| matches!(next, '"' | '\\'));
                value.push(escaped.map_or('\\', |(_, next)| next));
            }
            _ => value.push(letter),
        }
    }
    None
}

/// Whether a text is a token (RFC 9110, section 5.6.2).
pub(super) fn is_token(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_part)
}

/// The text of a parameter like `filename*` (RFC 8187): in UTF-8, or nothing.
pub(super) fn extended(value: &str) -> Option<String> {
    let mut parts = value.splitn(3, '\'');
    let (charset, _language, encoded) = (parts.next()?, parts.next()?, parts.next()?);
    if !charset.eq_ignore_ascii_case("utf-8") {
        return None;
    }
    let decoded = percent_encoding::percent_decode_str(encoded).decode_utf8().ok()?;
    (!decoded.contains(char::is_control)).then(|| decoded.into_owned())
}
