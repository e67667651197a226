//! What a message of the runs queue may be.

use serde::Deserialize;

use super::{Firing, Message, Notice, Unreadable};

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Somebody should look at a run.
    Run(Message),
    /// A schedule fires: there may be no run yet.
    Fire(Firing),
    /// Somebody is to be told that a run has ended, or will be.
    Tell(Notice),
}

#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    kind: Option<String>,
}

impl Content {
    /// Reads a message's text. Members that are added later are ignored; a kind that is added later
    /// is [`Unreadable::Malformed`], so that it waits for newer code.
    ///
    /// # Errors
    /// [`Unreadable`]; a retry by the same code gives the same.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        let Head { kind } = serde_json::from_str(text).map_err(Unreadable::Malformed)?;
        match kind.as_deref() {
            Some("fire") => Firing::read(text).map(Self::Fire),
            Some("callback") => Notice::read(text).map(Self::Tell),
            _ => Message::read(text).map(Self::Run),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: &str = r#"{"v":1,"run":"019c4a8f-1a30-7def-8123-456789abcdef","kind":"start"}"#;
    const FIRING: &str =
        r#"{"v":1,"kind":"fire","workspace":"w","trigger":"t","scheduled":"2026-02-09T23:24:39Z"}"#;

    const NOTICE: &str = r#"{"v":1,"kind":"callback","run":"019c4a8f-1a30-7def-8123-456789abcdef","workspace":"w","listener":"callback","epoch":1,"attempts":0,"due_at":1}"#;

    #[test]
    fn runs_firings_and_notices_are_told_apart() {
        assert!(matches!(Content::read(RUN), Ok(Content::Run(_))));
        assert!(matches!(Content::read(FIRING), Ok(Content::Fire(_))));
        assert!(matches!(Content::read(NOTICE), Ok(Content::Tell(_))));
    }

    #[test]
    fn what_newer_code_may_write_is_not_misread() {
        for text in [RUN, FIRING, NOTICE] {
            let newer = text.replace(r#""v":1"#, r#""v":2"#);
            assert!(matches!(Content::read(&newer), Err(Unreadable::Version(2))), "{newer}");
            let more = text.replace('}', r#","colour":"red"}"#);
            assert!(Content::read(&more).is_ok(), "{more}");
        }
        for text in ["", "{}", "[]", r#"{"v":1,"kind":"paint"}"#, r#"{"v":1,"kind":"fire"}"#] {
            assert!(matches!(Content::read(text), Err(Unreadable::Malformed(_))), "{text}");
        }
    }
}
