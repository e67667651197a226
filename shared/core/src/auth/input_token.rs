//! The token of a link by which a person answers a run.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq;

use super::Malformed;
use crate::model::{ContentHash, InputId, Listening, RunId, Secret};

const PREFIX: &str = "ask_";

/// Bytes of a run's id and of the question's, which say where to look.
const RUN_BYTES: usize = 16;
const ID_BYTES: usize = 8;

/// Bytes of the secret.
const SECRET_BYTES: usize = 32;

/// Answers one question of one run, once. `Debug` does not show its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputToken {
    /// The run.
    pub run: RunId,
    /// Its question.
    pub id: InputId,
    secret: Secret,
}

impl InputToken {
    /// The token of a run that listens.
    #[must_use]
    pub fn new(run: RunId, listening: &Listening) -> Self {
        Self { run, id: listening.id, secret: listening.secret.clone() }
    }

    /// The secret of a new one, made of random bytes.
    #[must_use]
    pub fn secret(random: [u8; SECRET_BYTES]) -> Secret {
        Secret::new(URL_SAFE_NO_PAD.encode(random))
    }

    /// Reads a token, without asking whether it opens anything.
    ///
    /// # Errors
    /// [`Malformed`] when the text is none.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let encoded = text.strip_prefix(PREFIX).ok_or(Malformed)?;
        let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| Malformed)?;
        let (run, rest) = bytes.split_first_chunk::<RUN_BYTES>().ok_or(Malformed)?;
        let (id, secret) = rest.split_first_chunk::<ID_BYTES>().ok_or(Malformed)?;
        let secret: [u8; SECRET_BYTES] = secret.try_into().map_err(|_| Malformed)?;
        Ok(Self {
            run: RunId::from_bytes(*run),
            id: InputId::from_bytes(*id),
            secret: Self::secret(secret),
        })
    }

    /// What is kept of the secret once the question was answered.
    #[must_use]
    pub fn hash(&self) -> ContentHash {
        ContentHash::of(self.secret.expose().as_bytes())
    }

    /// Whether its secret has this hash. Compared in constant time.
    #[must_use]
    pub fn opens(&self, hash: &ContentHash) -> bool {
        self.hash().as_str().as_bytes().ct_eq(hash.as_str().as_bytes()).into()
    }

    /// The whole text.
    #[must_use]
    pub fn expose(&self) -> String {
        // It was made by the same engine.
        let secret = URL_SAFE_NO_PAD.decode(self.secret.expose()).unwrap_or_default();
        let bytes = [self.run.as_bytes().as_slice(), self.id.as_bytes(), &secret].concat();
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    fn token(random: u8) -> InputToken {
        let listening = Listening {
            id: InputId::of("/do/0/ask#1"),
            until: Timestamp::from_millis(1),
            kinds: Vec::new(),
            question: None,
            secret: InputToken::secret([random; 32]),
        };
        InputToken::new(RunId::new(Timestamp::from_millis(1_770_679_479_000), [7; 10]), &listening)
    }

    #[test]
    fn a_token_reads_back_and_stands_in_a_url_as_it_is() {
        let token = token(255);
        let text = token.expose();
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        assert_eq!(text.len(), 79);
        assert_eq!(InputToken::parse(&text).unwrap(), token);
    }

    #[test]
    fn only_its_own_secret_opens() {
        assert!(token(1).opens(&token(1).hash()));
        assert!(!token(1).opens(&token(2).hash()));
    }

    #[test]
    fn other_texts_are_no_tokens() {
        let text = token(1).expose();
        for other in ["", "ask_", "hello", &text[4..], &text[..40], &format!("{text}AAAA")] {
            assert!(InputToken::parse(other).is_err(), "{other}");
        }
    }

    #[test]
    fn the_secret_does_not_reach_debug() {
        let token = token(1);
        let shown = format!("{token:?}");
        assert!(!shown.contains(&token.expose()) && !shown.contains(token.secret.expose()));
    }
}
