//! The parts between the boundaries.

use super::{field, parameters};
use crate::{
    http::body::{Fault, Unreadable},
    model::limits,
};

/// Longest headers of a part: a field's name and a file's name, each of them of any sensible length.
const MAX_HEADER_BYTES: usize = 8 * 1024;

/// A part of a form.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::http) struct Part<'b> {
    /// The field's name.
    pub(in crate::http) name: String,
    /// The file's name as its sender gives it, where the part is a file.
    pub(in crate::http) file_name: Option<String>,
    /// The declared type.
    pub(in crate::http) content_type: Option<String>,
    /// Where it begins in the body.
    pub(in crate::http) offset: usize,
    /// What it holds.
    pub(in crate::http) content: &'b [u8],
}

/// The parts of a body in their order. `content_type` is the header that names the boundary.
pub(in crate::http) fn read<'b>(
    content_type: &str,
    body: &'b [u8],
) -> Result<Vec<Part<'b>>, Unreadable> {
    if body.len() > limits::MAX_BODY_BYTES {
        return Err(Unreadable::TooLarge);
    }
    let boundary = boundary(content_type)
        .ok_or_else(|| fault(0, "Content-Type should be multipart/form-data with a boundary"))?;
    let delimiter = format!("\r\n--{boundary}");
    let first = delimiter.as_bytes().get(2..).unwrap_or_default();
    let mut parts = Vec::new();
    let mut position = if body.starts_with(first) {
        first.len()
    } else if body.starts_with(delimiter.as_bytes()) {
        delimiter.len()
    } else {
        return Err(fault(0, "form should begin with its boundary"));
    };
    loop {
        let rest = body.get(position..).unwrap_or_default();
        if let Some(epilogue) = rest.strip_prefix(b"--") {
            return if epilogue.iter().all(|byte| b" \t\r\n".contains(byte)) {
                Ok(parts)
            } else {
                Err(fault(position + 2, "form goes on after its last boundary"))
            };
        }
        // RFC 2046, section 5.1.1: no line of a part begins with the boundary.
        let padding = rest.iter().take_while(|byte| b" \t".contains(byte)).count();
        if !rest.get(padding..).unwrap_or_default().starts_with(b"\r\n") {
            return Err(fault(position, "line goes on after the boundary"));
        }
        let start = position + padding + 2;
        let part = body.get(start..).unwrap_or_default();
        let window = part.get(..MAX_HEADER_BYTES).unwrap_or(part);
        let header_bytes = find(window, b"\r\n\r\n")
            .ok_or_else(|| fault(start, "headers of a part have no end, or are too long"))?;
        let headers = part.get(..header_bytes).unwrap_or_default();
        let field = field::read(headers).map_err(|message| fault(start, message))?;
        let offset = start + header_bytes + 4;
        let content = body.get(offset..).unwrap_or_default();
        let length = find(content, delimiter.as_bytes())
            .ok_or_else(|| fault(body.len(), "form ends without its last boundary"))?;
        let content = content.get(..length).unwrap_or_default();
        let field::Field { name, file_name, content_type } = field;
        parts.push(Part { name, file_name, content_type, offset, content });
        position = offset + length + delimiter.len();
    }
}

fn fault(offset: usize, message: &str) -> Unreadable {
    Unreadable::Invalid(Fault { offset, message: message.to_owned() })
}

/// The boundary that a header names (RFC 2046, section 5.1.1: 1 to 70 of these, no space at the end).
fn boundary(content_type: &str) -> Option<String> {
    let (kind, parameters) = parameters::read(content_type)?;
    let boundary = parameters.into_iter().find(|(name, _)| name == "boundary")?.1;
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&byte);
    let fits = (1..=70).contains(&boundary.len()) && !boundary.ends_with(' ');
    (kind == "multipart/form-data" && fits && boundary.bytes().all(is_letter)).then_some(boundary)
}

/// Where `wanted`, which begins with a carriage return and has no other one near, begins.
fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let rest = bytes.get(from..)?;
        let place = from + rest.iter().position(|byte| *byte == b'\r')?;
        if bytes.get(place..)?.starts_with(wanted) {
            return Some(place);
        }
        from = place + 1;
    }
}
