//! Programs that only name a place: `.a.b`, `$context.user`. Flows are full of them, often on large values.
//!
//! They are answered from the input as it is, without building a value of jq's for all of it.

use serde_json::Value as Json;

/// Where to start and which keys to follow.
pub(super) struct Plain {
    /// The variable's name without `$`; none is the input.
    pub(super) variable: Option<String>,
    keys: Vec<String>,
}

impl Plain {
    /// The place that a program names, if that is all it does.
    pub(super) fn parse(source: &str) -> Option<Self> {
        let source = source.trim();
        let (start, path) = source.split_at(source.find('.')?);
        let variable = match start {
            "" => None,
            variable => {
                Some(variable.strip_prefix('$').filter(|name| is_identifier(name))?.to_owned())
            }
        };
        let path = path.strip_prefix('.')?;
        let keys: Vec<String> = match path {
            "" if variable.is_none() => Vec::new(),
            path => path.split('.').map(str::to_owned).collect(),
        };
        keys.iter().all(|key| is_identifier(key)).then_some(Self { variable, keys })
    }

    /// What is there; none if the way leads through something that jq would refuse to index.
    pub(super) fn find<'a>(&self, start: &'a Json) -> Option<&'a Json> {
        const NULL: &Json = &Json::Null;
        self.keys.iter().try_fold(start, |value, key| match value {
            Json::Object(entries) => Some(entries.get(key).unwrap_or(NULL)),
            Json::Null => Some(NULL),
            _ => None,
        })
    }
}

fn is_identifier(name: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    name.bytes().all(word) && name.bytes().next().is_some_and(|first| !first.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_places_are_plain() {
        for place in [".", ".a", " .a._b1 ", "$context.user.name"] {
            assert!(Plain::parse(place).is_some(), "{place}");
        }
        for other in [
            "",
            "$",
            "$context",
            "..",
            ".a.",
            ".a[0]",
            ".a?",
            ".a | .b",
            ".a .b",
            "$a.b$",
            "f.a",
            "1.5",
            ".5",
            "$context.",
            ".\"a\"",
            "$1.a",
        ] {
            assert!(Plain::parse(other).is_none(), "{other}");
        }
    }
}
