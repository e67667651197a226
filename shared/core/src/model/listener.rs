//! Who is told that a run has ended: what its header keeps of them until they know.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Timestamp;

/// Who has yet to be told that a run has ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listeners {
    /// Whether the trigger's callback has. Its address and secrets stand in the trigger alone, so that a secret
    /// that is replaced, or an address that is put right, counts for what is tried again.
    pub callback: bool,
    /// Who asked for the run by a request that is answered later.
    pub follow_up: Option<FollowUp>,
}

impl Listeners {
    /// Whether there is nobody to tell.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        !self.callback && self.follow_up.is_none()
    }

    /// Whether `listener` has yet to be told.
    #[must_use]
    pub const fn has(&self, listener: Listener) -> bool {
        match listener {
            Listener::Callback => self.callback,
            Listener::FollowUp => self.follow_up.is_some(),
        }
    }

    /// Those who have yet to be told.
    pub fn iter(&self) -> impl Iterator<Item = Listener> {
        [Listener::Callback, Listener::FollowUp].into_iter().filter(|listener| self.has(*listener))
    }
}

/// A kind of those who are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Listener {
    /// The trigger's callback.
    Callback,
    /// Who asked for the run.
    FollowUp,
}

impl Listener {
    /// Its name: in records, messages and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Callback => "callback",
            Self::FollowUp => "follow_up",
        }
    }
}

/// The deferred answer to a request: a text, sent to an address that the request named. The address
/// is a credential, so it has no `Debug` form.
#[derive(Clone, PartialEq, Eq)]
pub struct FollowUp {
    /// How it is sent.
    pub method: FollowUpMethod,
    /// Where to.
    pub url: String,
    /// The member of the JSON body that holds the text.
    pub member: String,
    /// The longest text that is taken, in characters.
    pub max_characters: u32,
    /// When the address stops working.
    pub valid_until: Timestamp,
    /// How often the address may be used, where that is counted.
    pub max_uses: Option<u32>,
}

impl fmt::Debug for FollowUp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("FollowUp")
    }
}

/// How a deferred answer is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FollowUpMethod {
    /// As a new message.
    Post,
    /// In place of what stands there.
    Put,
    /// As a change of what stands there.
    Patch,
}

impl FollowUpMethod {
    /// As requests name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
        }
    }

    /// What [`FollowUpMethod::as_str`] names.
    #[must_use]
    pub fn from_stored(text: &str) -> Option<Self> {
        [Self::Post, Self::Put, Self::Patch].into_iter().find(|method| method.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_not_shown() {
        let follow_up = FollowUp {
            method: FollowUpMethod::Post,
            url: "https://hooks.example/secret".to_owned(),
            member: "text".to_owned(),
            max_characters: 100,
            valid_until: Timestamp::default(),
            max_uses: None,
        };
        let listeners = Listeners { callback: true, follow_up: Some(follow_up) };
        assert!(!format!("{listeners:?}").contains("secret"));
    }

    #[test]
    fn those_who_know_are_not_told_again() {
        assert!(Listeners::default().is_empty());
        let listeners = Listeners { callback: true, follow_up: None };
        assert_eq!(listeners.iter().collect::<Vec<_>>(), [Listener::Callback]);
        assert!(!listeners.has(Listener::FollowUp));
    }
}
