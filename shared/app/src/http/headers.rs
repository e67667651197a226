//! Header fields that mean the same in every dialect.

use lambda_http::http::{HeaderMap, header};

use crate::{model::limits, telemetry::Context};

/// The token of `Authorization: Bearer …` (RFC 6750), or nothing.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The key in `X-API-KEY`, or nothing.
pub(super) fn api_key(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-api-key")?.to_str().ok().map(str::trim)
}

/// Whether a body is declared as a form whose fields and files are parts.
pub(super) fn is_multipart(headers: &HeaderMap) -> bool {
    essence(headers).is_some_and(|essence| essence == "multipart/form-data")
}

/// Whether a body is declared as a form of URL-encoded fields.
pub(super) fn is_form(headers: &HeaderMap) -> bool {
    essence(headers).is_some_and(|essence| essence == "application/x-www-form-urlencoded")
}

/// Whether a text's charset, where one is declared, is UTF-8 or a part of it.
pub(super) fn is_utf8(headers: &HeaderMap) -> bool {
    let text = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    is_utf8_type(text.unwrap_or_default())
}

/// [`is_utf8`], of the text of a type.
pub(super) fn is_utf8_type(media_type: &str) -> bool {
    media_type.split(';').skip(1).all(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let charset = value.trim().trim_matches('"').to_ascii_lowercase();
        !name.trim().eq_ignore_ascii_case("charset") || is_utf8_charset(&charset)
    })
}

/// Whether a charset is UTF-8 or a part of it.
pub(super) fn is_utf8_charset(name: &str) -> bool {
    ["utf-8", "utf8", "us-ascii"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// The declared type without its parameters, in lower case.
fn essence(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

/// Whether a body is declared as JSON. A body of undeclared type is taken as JSON too.
pub(super) fn accepts_json_body(headers: &HeaderMap) -> bool {
    if !headers.contains_key(header::CONTENT_TYPE) {
        return true;
    }
    let essence = essence(headers).unwrap_or_default();
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// Whether a body is declared as coded: what it unfolds to is bounded by nothing, so it is not read.
pub(super) fn is_compressed(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(header::CONTENT_ENCODING).iter();
    codings.any(|coding| !coding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity"))
}

/// Whether the caller names this media type among those that it accepts: a range that holds it does not count.
pub(super) fn accepts(headers: &HeaderMap, media_type: &str) -> bool {
    let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|range| {
        let essence = range.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case(media_type)
    })
}

/// An `Idempotency-Key` that cannot be used, and why.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct UnusableKey(pub(super) &'static str);

/// The `Idempotency-Key`, quoted (a structured field's string) or bare.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, UnusableKey> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let text = value.to_str().map_err(|_| UnusableKey("Key should be printable ASCII"))?.trim();
    let bare = match text.strip_prefix('"') {
        Some(rest) => rest
            .strip_suffix('"')
            .ok_or(UnusableKey("Quoted key should end with a quotation mark"))?,
        None => text,
    };
    usable_key(bare).map(Some)
}

/// The text of a key, wherever it stands.
pub(super) fn usable_key(text: &str) -> Result<String, UnusableKey> {
    if text.is_empty() {
        return Err(UnusableKey("Key should not be empty"));
    }
    if text.len() > limits::MAX_IDEMPOTENCY_KEY_BYTES {
        return Err(UnusableKey("Key should have at most 255 characters"));
    }
    if !text.bytes().all(|byte| matches!(byte, b'\t' | b' '..=b'~')) {
        return Err(UnusableKey("Key should be printable ASCII"));
    }
    Ok(text.to_owned())
}

/// The caller's trace: W3C's where it is well formed, else X-Ray's, of which `invocation` knows more
/// than the header that API Gateway passes on.
pub(super) fn trace_context(headers: &HeaderMap, invocation: Option<&str>) -> Option<Context> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let of_caller = text("traceparent").and_then(Context::read);
    let xray = [invocation, text("x-amzn-trace-id")];
    of_caller.or_else(|| xray.into_iter().flatten().find_map(Context::read_xray))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::HeaderName::from_static(name), value.parse().unwrap())])
    }

    #[test]
    fn a_quoted_and_a_bare_key_are_the_same() {
        for value in ["\"k-1\"", "k-1", " k-1 "] {
            assert_eq!(
                idempotency_key(&headers("idempotency-key", value)),
                Ok(Some("k-1".to_owned()))
            );
        }
        for value in ["", "\"", "\"\"", "\"k", &"k".repeat(256)] {
            assert!(idempotency_key(&headers("idempotency-key", value)).is_err());
        }
    }

    #[test]
    fn json_is_told_from_other_types() {
        for good in
            ["application/json", "Application/JSON; charset=utf-8", "application/vnd.a+json"]
        {
            assert!(accepts_json_body(&headers("content-type", good)), "{good}");
        }
        for bad in ["text/plain", "application/x-www-form-urlencoded", "json", ""] {
            assert!(!accepts_json_body(&headers("content-type", bad)), "{bad}");
        }
    }

    #[test]
    fn a_media_type_is_accepted_by_its_own_name() {
        for (accept, expected) in [
            ("text/event-stream", true),
            ("application/json, Text/Event-Stream;q=0.9", true),
            ("*/*", false),
            ("text/*", false),
            ("application/json", false),
        ] {
            let headers = headers("accept", accept);
            assert_eq!(accepts(&headers, "text/event-stream"), expected, "{accept}");
        }
    }

    #[test]
    fn a_w3c_trace_goes_before_xrays() {
        const INVOCATION: &str =
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
        let w3c = ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        let xray = ("x-amzn-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0");
        let context = |given: &[(&'static str, &str)]| {
            let mut all = HeaderMap::new();
            for (name, value) in given {
                all.insert(*name, value.parse().unwrap());
            }
            [None, Some(INVOCATION)].map(|invocation| trace_context(&all, invocation))
        };
        let invocation = Context::read_xray(INVOCATION);
        let malformed = ("traceparent", "x");
        assert_eq!(context(&[xray, w3c]), [Context::read(w3c.1), Context::read(w3c.1)]);
        assert_eq!(context(&[xray, malformed]), [Context::read_xray(xray.1), invocation]);
        assert_eq!(context(&[malformed]), [None, invocation]);
    }

    #[test]
    fn only_a_bearer_token_is_one() {
        assert_eq!(bearer(&headers("authorization", "bearer x")), Some("x"));
        assert_eq!(bearer(&headers("authorization", "Basic x")), None);
        assert_eq!(bearer(&headers("authorization", "x")), None);
    }
}
