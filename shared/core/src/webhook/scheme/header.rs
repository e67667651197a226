//! A header's name as its provider writes it.

use std::fmt;

use http::HeaderName;
use serde::{Deserialize, Serialize};

/// A header's name: compared without case, shown as it was written.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Header {
    shown: String,
    name: HeaderName,
}

impl Header {
    /// The name for look-ups.
    #[must_use]
    pub const fn name(&self) -> &HeaderName {
        &self.name
    }
}

impl TryFrom<String> for Header {
    type Error = String;

    fn try_from(shown: String) -> Result<Self, String> {
        match HeaderName::try_from(&shown) {
            Ok(name) => Ok(Self { shown, name }),
            Err(_) => Err("not a header's name".to_owned()),
        }
    }
}

impl From<Header> for String {
    fn from(header: Header) -> Self {
        header.shown
    }
}

impl PartialEq for Header {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Header {}

impl fmt::Display for Header {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.shown)
    }
}
