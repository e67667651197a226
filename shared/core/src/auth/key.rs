//! The record of a key, and what it allows.

use serde::{Deserialize, Serialize};

use super::{KeyHash, KeyId, KeyToken, Scope, Scopes};
use crate::model::{Environment, Rate, Timestamp, TriggerId, WorkspaceId};

/// What is kept of a key. Not its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// Its public part.
    pub id: KeyId,
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// What people call it.
    pub name: String,
    /// The hash of its secret.
    pub hash: KeyHash,
    /// What it may be used for.
    pub scopes: Scopes,
    /// Where it may be used; everywhere when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environments: Option<Vec<Environment>>,
    /// For which triggers and their runs; for all of the workspace's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub triggers: Option<Vec<TriggerId>>,
    /// How often it may start a run, where that is limited. Not part of the record, because it changes.
    #[serde(skip)]
    pub rate: Option<Rate>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When somebody revoked it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    /// When it was used, to the hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
}

impl Key {
    /// Whether `token` is this key and the key works at `now`. Secrets are compared in constant time.
    #[must_use]
    pub fn verify(&self, token: &KeyToken, now: Timestamp) -> bool {
        let genuine = self.id == token.id() && self.hash == token.hash();
        genuine && self.revoked_at.is_none() && self.expires_at.is_none_or(|expiry| now < expiry)
    }

    /// Whether the key is one of `workspace` and has `scope` at all. Whoever then touches a trigger
    /// or a run must still ask [`Key::may`].
    #[must_use]
    pub fn holds(&self, scope: Scope, workspace: &WorkspaceId) -> bool {
        self.workspace == *workspace && self.scopes.contain(scope)
    }

    /// Whether the key may use `scope` on `trigger` and its runs in `environment`.
    #[must_use]
    pub fn may(
        &self,
        scope: Scope,
        workspace: &WorkspaceId,
        environment: Environment,
        trigger: &TriggerId,
    ) -> bool {
        self.holds(scope, workspace)
            && self.environments.as_ref().is_none_or(|allowed| allowed.contains(&environment))
            && self.triggers.as_ref().is_none_or(|allowed| allowed.contains(trigger))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        let token = KeyToken::generate([7; 40]);
        Key {
            id: token.id(),
            workspace: "demo".parse().unwrap(),
            name: "tests".to_owned(),
            hash: token.hash(),
            scopes: Scopes::all(),
            environments: None,
            triggers: None,
            rate: None,
            created_at: Timestamp::from_millis(1000),
            expires_at: None,
            revoked_at: None,
            last_used_at: None,
        }
    }

    #[test]
    fn only_the_genuine_key_in_its_time_is_accepted() {
        let genuine = KeyToken::generate([7; 40]);
        let mut same_id = [8; 40];
        same_id[..8].fill(7);
        let now = Timestamp::from_millis(5000);
        let at = |milliseconds| Some(Timestamp::from_millis(milliseconds));
        let cases = [
            ("as made", key(), &genuine, true),
            ("another key", key(), &KeyToken::generate([8; 40]), false),
            ("another secret under its id", key(), &KeyToken::generate(same_id), false),
            ("before it expires", Key { expires_at: at(5001), ..key() }, &genuine, true),
            ("when it expires", Key { expires_at: at(5000), ..key() }, &genuine, false),
            ("revoked", Key { revoked_at: at(4000), ..key() }, &genuine, false),
        ];
        for (name, key, token, accepted) in cases {
            assert_eq!(key.verify(token, now), accepted, "{name}");
        }
    }

    #[test]
    fn a_key_allows_what_all_of_its_limits_allow() {
        let narrow = Key {
            scopes: Scopes::from_iter([Scope::Trigger]),
            environments: Some(vec![Environment::Dev]),
            triggers: Some(vec!["first".parse().unwrap()]),
            ..key()
        };
        let cases = [
            (Scope::Trigger, "demo", Environment::Dev, "first", true, true),
            (Scope::Cancel, "demo", Environment::Dev, "first", false, true),
            (Scope::Trigger, "other", Environment::Dev, "first", false, false),
            (Scope::Trigger, "demo", Environment::Prod, "first", false, true),
            (Scope::Trigger, "demo", Environment::Dev, "second", false, true),
        ];
        for (scope, workspace, environment, trigger, narrow_may, wide_may) in cases {
            let workspace = workspace.parse().unwrap();
            let trigger = trigger.parse().unwrap();
            let may = |key: &Key| key.may(scope, &workspace, environment, &trigger);
            assert_eq!((may(&narrow), may(&key())), (narrow_may, wide_may), "{scope:?}");
        }
    }

    #[test]
    fn a_record_reads_back_and_absent_limits_stay_absent() {
        let text = serde_json::to_string(&key()).unwrap();
        assert!(!text.contains("triggers"));
        assert_eq!(serde_json::from_str::<Key>(&text).unwrap(), key());
    }
}
