//! The signed bytes as a text with placeholders.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What is signed: text and placeholders in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Template(Vec<Part>);

/// A part of what is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// These bytes.
    Text(String),
    /// `{body}`: the body's raw bytes.
    Body,
    /// `{ts}`: the timestamp's text as it was sent.
    Timestamp,
    /// `{id}`: the text of the id header.
    Id,
    /// `{url}`: the whole public URL.
    Url,
    /// `{method}`: the request's method.
    Method,
    /// `{form}`: a form's parameters, decoded, sorted by name, names and values run together; a name's
    /// values are sorted too, each once. Nothing where the URL names the body's digest.
    Form,
}

const PLACEHOLDERS: [(&str, Part); 6] = [
    ("{body}", Part::Body),
    ("{ts}", Part::Timestamp),
    ("{id}", Part::Id),
    ("{url}", Part::Url),
    ("{method}", Part::Method),
    ("{form}", Part::Form),
];

impl Template {
    /// The parts in their order.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.0
    }

    /// Whether `part` occurs.
    #[must_use]
    pub fn has(&self, part: &Part) -> bool {
        self.0.contains(part)
    }
}

impl TryFrom<String> for Template {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (mut parts, mut rest) = (Vec::new(), text.as_str());
        while !rest.is_empty() {
            let length = rest.find('{').unwrap_or(rest.len());
            if length > 0 {
                let (plain, behind) = rest.split_at(length);
                parts.push(Part::Text(plain.to_owned()));
                rest = behind;
                continue;
            }
            let known = PLACEHOLDERS
                .iter()
                .find_map(|(name, part)| rest.strip_prefix(name).map(|behind| (part, behind)));
            let Some((part, behind)) = known else {
                let names: Vec<_> = PLACEHOLDERS.iter().map(|(name, _)| *name).collect();
                return Err(format!("only these may stand in braces: {}", names.join(" ")));
            };
            parts.push(part.clone());
            rest = behind;
        }
        Ok(Self(parts))
    }
}

impl From<Template> for String {
    fn from(template: Template) -> Self {
        template.to_string()
    }
}

impl fmt::Display for Template {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Text(text) => formatter.write_str(text),
            part => PLACEHOLDERS
                .iter()
                .filter(|(_, known)| known == part)
                .try_for_each(|(name, _)| formatter.write_str(name)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_reads_back_as_it_was_written() {
        for text in ["{body}", "v0:{ts}:{body}", "{id}.{ts}.{body}", "{method}{url}{form}", ""] {
            assert_eq!(Template::try_from(text.to_owned()).unwrap().to_string(), text);
        }
    }

    #[test]
    fn an_unknown_placeholder_is_refused() {
        for text in ["{Body}", "{ts", "{", "x{secret}"] {
            let error = Template::try_from(text.to_owned()).unwrap_err();
            assert!(error.contains("{body}"), "{error}");
        }
    }
}
