//! Finding signatures in their header.

use super::{
    Refusal, Request,
    scheme::{Algorithm, Method, SignatureForm, SignaturePlace},
};

/// Most signatures of a header. A rotation has two, an algorithm's change another two.
const MAX_SIGNATURES: usize = 16;

/// The signatures of the kind that is looked for, decoded; never none.
pub(super) fn signatures(method: &Method, request: &Request<'_>) -> Result<Vec<Vec<u8>>, Refusal> {
    let place = &method.signature;
    let text = request.header(&place.header)?;
    let texts: Vec<&str> = match &place.form {
        SignatureForm::Bare => vec![text],
        SignatureForm::Prefix(prefix) => text.strip_prefix(prefix.as_str()).into_iter().collect(),
        SignatureForm::List { key, .. } => {
            items(place, text).filter(|(name, _)| name == key).map(|(_, value)| value).collect()
        }
    };
    if texts.is_empty() {
        return Err(Refusal::NoSignature { header: place.header.to_string(), form: shown(place) });
    }
    if texts.len() > MAX_SIGNATURES {
        return Err(Refusal::TooManySignatures(place.header.to_string()));
    }
    let decoded: Vec<_> = texts.into_iter().filter_map(|text| decode(method, text)).collect();
    match place.encoding {
        Some(encoding) if decoded.is_empty() => Err(Refusal::WrongEncoding {
            header: place.header.to_string(),
            encoding: encoding.as_str(),
        }),
        _ => Ok(decoded),
    }
}

fn decode(method: &Method, text: &str) -> Option<Vec<u8>> {
    match method.signature.encoding {
        None if method.algorithm == Algorithm::Token => Some(text.as_bytes().to_vec()),
        None => None,
        Some(encoding) => {
            let expected = method.algorithm.signature_bytes();
            encoding
                .decode(text)
                .filter(|bytes| expected.is_none_or(|length| bytes.len() == length))
        }
    }
}

/// The one value under `key` in the signature's list.
pub(super) fn value<'r>(
    method: &Method,
    request: &Request<'r>,
    key: &str,
) -> Result<&'r str, Refusal> {
    let place = &method.signature;
    let shown = || format!("`{key}` in the header `{}`", place.header);
    let text = request.header(&place.header)?;
    let mut found = items(place, text).filter(|(name, _)| *name == key).map(|(_, value)| value);
    let value = found.next().ok_or_else(|| Refusal::MissingTimestamp(shown()))?;
    if found.next().is_some() {
        return Err(Refusal::RepeatedTimestamp(shown()));
    }
    Ok(value)
}

/// Keys and values of a list; of nothing where the form is none.
fn items<'t>(place: &SignaturePlace, text: &'t str) -> impl Iterator<Item = (&'t str, &'t str)> {
    let separators = match place.form {
        SignatureForm::List { separator, assign, .. } => Some((separator, assign)),
        _ => None,
    };
    separators.into_iter().flat_map(move |(separator, assign)| {
        let whole = move |item: &'t str| item.trim_matches([' ', '\t']).split_once(assign);
        text.split(separator).filter_map(whole)
    })
}

/// The form as people know it: `sha256=…`.
pub(super) fn shown(place: &SignaturePlace) -> String {
    match &place.form {
        SignatureForm::Bare => "`…`".to_owned(),
        SignatureForm::Prefix(prefix) => format!("`{prefix}…`"),
        SignatureForm::List { assign, key, .. } => format!("`{key}{assign}…`"),
    }
}
