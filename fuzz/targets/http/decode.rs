//! Which decoder reads what, and what must hold of the outcome.

use super::{body, form};

/// Lets the decoder that `choice` stands for read `bytes`.
pub fn decode(choice: u8, bytes: &[u8]) {
    match choice % 2 {
        0 => json(bytes),
        _ => fields(bytes),
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
