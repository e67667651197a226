//! The id of a file, which opens it.
//!
//! Everything about the file stands in the id, and the file lies in the bucket under the id's hash. So
//! nothing has to be kept beside it and no secret has to sign it: who changes a letter of an id names an
//! object that nobody put there, and who sees the names of the objects cannot tell an id.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::Malformed;
use crate::model::{ContentHash, File, Timestamp, WorkspaceId};

const PREFIX: &str = "file_";

/// Digits of the hash that tells whose a file is: 128 bits.
const OWNER_DIGITS: usize = 32;

/// The id of a file. Whoever has it may read the file until its time ends. `Debug` shows neither it nor
/// the file's name.
#[derive(Clone, PartialEq, Eq)]
pub struct FileToken {
    /// What it opens.
    pub file: File,
    /// When it stops working.
    pub expires_at: Timestamp,
    owner: String,
    random: String,
    text: String,
}

/// What an id says, in its order: when it ends, name, type, length, whose it is, and 256 random bits.
type Fields = (u64, String, String, u64, String, String);

impl FileToken {
    /// The id of a file of this workspace that is about to be stored.
    #[must_use]
    pub fn generate(
        file: File,
        workspace: &WorkspaceId,
        expires_at: Timestamp,
        random: [u8; 32],
    ) -> Self {
        let random = URL_SAFE_NO_PAD.encode(random);
        let owner = owner(workspace, &random);
        let fields: Fields = (
            expires_at.as_millis(),
            file.name.clone(),
            file.content_type.clone(),
            file.size_bytes,
            owner.clone(),
            random.clone(),
        );
        // Texts and numbers are always JSON.
        let json = serde_json::to_vec(&fields).unwrap_or_default();
        let text = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(json));
        Self { file, expires_at, owner, random, text }
    }

    /// Reads an id, without asking whether there is such a file.
    ///
    /// # Errors
    /// [`Malformed`] when the text is none.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let encoded = text.strip_prefix(PREFIX).ok_or(Malformed)?;
        let json = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| Malformed)?;
        let fields: Fields = serde_json::from_slice(&json).map_err(|_| Malformed)?;
        let (expires_at, name, content_type, size_bytes, owner, random) = fields;
        let file = File { name, content_type, size_bytes };
        let expires_at = Timestamp::from_millis(expires_at);
        Ok(Self { file, expires_at, owner, random, text: text.to_owned() })
    }

    /// Whether the file is one of this workspace, which alone may start runs with it.
    #[must_use]
    pub fn is_of(&self, workspace: &WorkspaceId) -> bool {
        self.owner == owner(workspace, &self.random)
    }

    /// Whether it works at `now` and for `longer` after that.
    #[must_use]
    pub fn lasts(&self, now: Timestamp, longer: Duration) -> bool {
        now.after(longer) <= self.expires_at
    }

    /// What the file lies under. Nobody can tell the id from it.
    #[must_use]
    pub fn hash(&self) -> ContentHash {
        ContentHash::of(self.text.as_bytes())
    }

    /// The whole text.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.text
    }
}

/// Which workspace a file is of, for who knows the workspace already: URLs of files reach others, whom its name is
/// nothing to.
fn owner(workspace: &WorkspaceId, random: &str) -> String {
    let hash = ContentHash::of(format!("{random}\n{workspace}").as_bytes());
    hash.as_str().chars().take(OWNER_DIGITS).collect()
}

impl std::fmt::Debug for FileToken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("FileToken")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(id: &str) -> WorkspaceId {
        id.parse().unwrap()
    }

    fn token(random: u8) -> FileToken {
        let file = File {
            name: "Ergebnis \"1\".pdf".to_owned(),
            content_type: "application/pdf".to_owned(),
            size_bytes: 1234,
        };
        FileToken::generate(file, &workspace("demo"), Timestamp::from_millis(1000), [random; 32])
    }

    #[test]
    fn an_id_reads_back_and_stands_in_a_url_as_it_is() {
        let token = token(255);
        let text = token.expose();
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        assert_eq!(FileToken::parse(text).unwrap(), token);
    }

    #[test]
    fn ids_of_equal_files_lie_apart_and_a_changed_one_lies_nowhere() {
        let (one, other) = (token(1), token(2));
        assert_ne!(one.hash(), other.hash());
        let (demo, end) = (workspace("demo"), Timestamp::from_millis(2000));
        let later = FileToken::generate(one.file.clone(), &demo, end, [1; 32]);
        assert_ne!(later.hash(), one.hash());
    }

    #[test]
    fn an_id_is_of_one_workspace_and_does_not_name_it() {
        let token = FileToken::parse(token(1).expose()).unwrap();
        assert!(token.is_of(&workspace("demo")) && !token.is_of(&workspace("acme")));
        let encoded = token.expose().strip_prefix(PREFIX).unwrap();
        let json = String::from_utf8(URL_SAFE_NO_PAD.decode(encoded).unwrap()).unwrap();
        assert!(!json.contains("demo"), "{json}");
        assert_ne!(token.owner, owner(&workspace("demo"), "other"));
    }

    #[test]
    fn an_id_ends_when_it_says() {
        let token = token(1);
        let at = Timestamp::from_millis;
        let second = Duration::from_secs(1);
        for (now, longer, lasts) in [
            (at(0), second, true),
            (at(1), second, false),
            (at(1000), Duration::ZERO, true),
            (at(1001), Duration::ZERO, false),
        ] {
            assert_eq!(token.lasts(now, longer), lasts, "{now}");
        }
    }

    #[test]
    fn other_texts_are_no_ids() {
        let text = token(1).expose().to_owned();
        for other in ["", "file_", "file_x", "hello", &text[5..], &format!("{text}="), &text[..40]]
        {
            assert!(FileToken::parse(other).is_err(), "{other}");
        }
        let encoded = |json: &str| format!("file_{}", URL_SAFE_NO_PAD.encode(json));
        for json in
            ["[]", "{}", "[1,\"a\",\"b\",2,\"c\"]", "[-1,\"a\",\"b\",2,\"c\",\"d\"]", "null"]
        {
            assert!(FileToken::parse(&encoded(json)).is_err(), "{json}");
        }
    }

    #[test]
    fn nothing_of_an_id_reaches_debug() {
        let shown = format!("{:?}", token(1));
        assert!(!shown.contains("Ergebnis") && !shown.contains("file_"), "{shown}");
    }
}
