//! Keys: their text, what is kept of them, and who may do what. Knows no storage and no HTTP.

mod file_token;
mod form;
mod input_token;
mod key;
mod random;
mod scope;
mod token;
mod url_token;

pub use file_token::FileToken;
pub use form::Malformed;
pub use input_token::InputToken;
pub use key::Key;
pub use random::{NoRandomness, random};
pub use scope::{Scope, Scopes};
pub use token::{KeyHash, KeyId, KeyToken};
pub use url_token::UrlToken;
