//! A scheme from YAML or JSON.

use super::{Fault, Scheme};

/// Largest scheme, in bytes. The longest named one has 2 KB.
const MAX_BYTES: usize = 32 * 1024;

/// Why a text is no usable scheme.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The text is not a scheme's: not YAML, an unknown or missing member, a wrong value.
    #[error("{line}:{column}: {message}")]
    Text {
        /// From 1; 0 where the place is not known.
        line: u64,
        /// From 1; 0 where the place is not known.
        column: u64,
        /// In words.
        message: String,
    },
    /// It reads well, and would not work or not be safe.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Faulty(Vec<Fault>),
}

impl Scheme {
    /// Reads and checks a scheme in YAML or JSON.
    ///
    /// # Errors
    /// [`Unreadable`], with all that is wrong. A retry fails alike.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        if text.len() > MAX_BYTES {
            let message = format!("larger than a scheme may be: {MAX_BYTES} bytes");
            return Err(Unreadable::Text { line: 1, column: 1, message });
        }
        let scheme: Self = serde_saphyr::from_str(text).map_err(|error| unreadable(&error))?;
        match scheme.faults() {
            faults if faults.is_empty() => Ok(scheme),
            faults => Err(Unreadable::Faulty(faults)),
        }
    }
}

/// The parser's words without the excerpt and the position, which we give apart.
fn unreadable(error: &serde_saphyr::Error) -> Unreadable {
    let location = error.location();
    let shown = error.without_snippet().to_string();
    let message = match shown.rfind(" at line ") {
        Some(end) => shown.get(..end).unwrap_or(&shown),
        None => &shown,
    };
    Unreadable::Text {
        line: location.map_or(0, |location| location.line()),
        column: location.map_or(0, |location| location.column()),
        message: message.to_owned(),
    }
}
