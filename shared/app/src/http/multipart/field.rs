//! The headers of one part: what its content is.

use super::parameters::{self, extended, is_token};

/// What a part's headers say of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    /// Its name as the sender gives it, where it is a file.
    pub(super) file_name: Option<String>,
    pub(super) content_type: Option<String>,
}

/// Reads the lines of a part's headers, or says what is wrong with them.
pub(super) fn read(headers: &[u8]) -> Result<Field, &'static str> {
    let text = std::str::from_utf8(headers).map_err(|_| "headers of a part should be UTF-8")?;
    let (mut disposition, mut content_type) = (None, None);
    for line in text.split("\r\n") {
        let malformed = "header of a part is malformed";
        let (name, value) = line.split_once(':').ok_or(malformed)?;
        // A line that goes on in the next one has a space before its name, which is no token then.
        if !is_token(name) || value.contains(['\r', '\n', '\0']) {
            return Err(malformed);
        }
        let value = value.trim_matches([' ', '\t']);
        let slot = match name.to_ascii_lowercase().as_str() {
            "content-disposition" => &mut disposition,
            "content-type" => &mut content_type,
            "content-transfer-encoding" => {
                // RFC 7578, section 4.7: nobody sends others.
                let plain = ["binary", "8bit", "7bit"];
                if plain.iter().any(|it| value.eq_ignore_ascii_case(it)) {
                    continue;
                }
                return Err("Content-Transfer-Encoding of a part should be binary");
            }
            _ => continue,
        };
        if slot.replace(value).is_some() {
            return Err("header of a part repeats");
        }
    }
    let disposition = disposition.ok_or("part has no Content-Disposition")?;
    let malformed = "Content-Disposition of a part is malformed";
    let (kind, mut parameters) = parameters::read(disposition).ok_or(malformed)?;
    if kind != "form-data" {
        return Err("Content-Disposition of a part should be form-data");
    }
    let mut take = |name: &str| {
        let place = parameters.iter().position(|(known, _)| known == name)?;
        Some(parameters.swap_remove(place).1)
    };
    let name = take("name").ok_or("part has no name")?;
    // RFC 7578 has no `filename*`, but some clients send it, and it means what it means elsewhere.
    let file_name = match (take("filename*"), take("filename")) {
        (Some(encoded), _) => Some(extended(&encoded).ok_or(malformed)?),
        (None, plain) => plain,
    };
    Ok(Field { name, file_name, content_type: content_type.map(str::to_owned) })
}
