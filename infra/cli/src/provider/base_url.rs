//! What `/chat/completions` is put behind.

use url::Url;

/// What comes behind it by itself.
const PATH: &str = "/chat/completions";

/// Reads a base URL; one slash more or less at its end means nothing.
pub(super) fn base_url(text: &str) -> Result<String, String> {
    let url = Url::parse(text).map_err(|error| format!("not a URL: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err("http://… or https://… is expected".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("no user and no password: the key comes by --key".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("neither a query nor a fragment can stand in it".to_owned());
    }
    let text = text.trim_end_matches('/');
    if text.ends_with(PATH) {
        return Err(format!("`{PATH}` is put behind it: leave it out"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_one_that_a_path_can_follow() {
        for (text, expected) in [
            ("https://api.example.com/v1", "https://api.example.com/v1"),
            ("https://api.example.com/v1//", "https://api.example.com/v1"),
            ("http://127.0.0.1:11434/v1/", "http://127.0.0.1:11434/v1"),
        ] {
            assert_eq!(base_url(text).as_deref(), Ok(expected));
        }
        for text in [
            "api.example.com/v1",
            "ftp://api.example.com",
            "https://user@api.example.com",
            "https://api.example.com/v1?version=2",
            "https://api.example.com/v1#a",
            "https://api.example.com/v1/chat/completions",
            "",
        ] {
            assert!(base_url(text).is_err(), "{text}");
        }
    }
}
