//! Which decoder reads what, and what must hold of the outcome.

use super::{body, form, multipart};

/// Lets the decoder that `choice` stands for read `bytes`.
pub fn decode(choice: u8, bytes: &[u8]) {
    match choice % 3 {
        0 => json(bytes),
        1 => fields(bytes),
        _ => parts(bytes),
    }
}

/// What was read and written again reads the same: nothing was lost on the way.
fn json(bytes: &[u8]) {
    if let Ok(value) = body::read(bytes) {
        let written = value.to_string();
        assert_eq!(body::read(written.as_bytes()).expect("what was written reads"), value);
    }
}

/// No field comes from nowhere.
fn fields(bytes: &[u8]) {
    if let Ok(fields) = form::read(bytes) {
        let pieces = bytes.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty());
        assert_eq!(fields.len(), pieces.count());
        let length: usize = fields.iter().map(|(name, value)| name.len() + value.len()).sum();
        assert!(length <= bytes.len());
    }
}

/// A part is what stands at its place. The first line is the content type, where it is one.
fn parts(bytes: &[u8]) {
    const TYPE: &str = "multipart/form-data; boundary=b";
    let line = bytes.iter().position(|byte| *byte == b'\n');
    let named = line.and_then(|end| bytes.split_at_checked(end));
    let (content_type, body) = match named {
        Some((line, rest)) if !line.starts_with(b"--") => {
            (std::str::from_utf8(line).unwrap_or(TYPE), &rest[1..])
        }
        _ => (TYPE, bytes),
    };
    for multipart::Part { offset, content, .. } in
        multipart::read(content_type, body).unwrap_or_default()
    {
        let end = offset + content.len();
        assert_eq!(&body[offset..end], content);
        assert!(body[end..].starts_with(b"\r\n--"));
    }
}
