//! Bodies of the type `application/x-www-form-urlencoded`, as the URL Standard reads them, but that
//! what is no UTF-8 is refused instead of being replaced.

use super::body::Unreadable;
use crate::model::limits;

/// Names and values in their order.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<(String, String)>, Unreadable> {
    if bytes.len() > limits::MAX_BODY_BYTES {
        return Err(Unreadable::TooLarge);
    }
    let mut position = 0;
    let mut fields = Vec::new();
    for field in bytes.split(|byte| *byte == b'&') {
        let offset = position;
        position += field.len() + 1;
        if field.is_empty() {
            continue;
        }
        let (name, value) =
            field.iter().position(|byte| *byte == b'=').map_or((field, &[][..]), |equals| {
                let (name, value) = field.split_at(equals);
                (name, value.get(1..).unwrap_or_default())
            });
        fields.push((text(name, offset)?, text(value, offset)?));
    }
    Ok(fields)
}

/// A percent sign that begins no code stands for itself.
fn text(encoded: &[u8], offset: usize) -> Result<String, Unreadable> {
    let spaced: Vec<u8> =
        encoded.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    String::from_utf8(percent_encoding::percent_decode(&spaced).collect()).map_err(|_| {
        let message = "field is not UTF-8".to_owned();
        Unreadable::Invalid(super::body::Fault { offset, message })
    })
}

#[cfg(test)]
mod tests {
    use lambda_http::Body;

    use super::*;

    #[test]
    fn a_form_is_read_as_the_url_standard_says() {
        let cases: [(&str, &[(&str, &str)]); 10] = [
            ("", &[]),
            ("a=1&b=2&a=3", &[("a", "1"), ("b", "2"), ("a", "3")]),
            ("a=", &[("a", "")]),
            ("a", &[("a", "")]),
            ("&&a=1&", &[("a", "1")]),
            ("=x", &[("", "x")]),
            ("a=b=c", &[("a", "b=c")]),
            ("a+b=c%20d%2B%26", &[("a b", "c d+&")]),
            ("a=100%&b=%zz&c=%2", &[("a", "100%"), ("b", "%zz"), ("c", "%2")]),
            ("%C3%BC=%f0%9f%8D%92", &[("ü", "🍒")]),
        ];
        for (form, expected) in cases {
            let fields = read(&Body::from(form)).unwrap();
            let fields: Vec<_> =
                fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!(fields, expected, "{form}");
        }
    }

    #[test]
    fn what_is_no_text_is_refused_where_it_stands() {
        for (form, place) in [("a=%ff", 0), ("a=1&b=%C3", 4), ("%80=1", 0)] {
            let Err(Unreadable::Invalid(fault)) = read(&Body::from(form)) else {
                panic!("accepted: {form}")
            };
            assert_eq!(fault.offset, place, "{form}");
        }
        assert!(read(&Body::Binary(b"a=\xff".to_vec())).is_err());
    }
}
