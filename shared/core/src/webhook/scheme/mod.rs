//! The vocabulary in which a provider's webhooks are described: what is signed and how, where the
//! delivery's facts stand, what has to be answered, at once and later. Reads and checks such descriptions; verifies nothing.

mod exchange;
mod follow_up;
mod header;
mod key;
mod lint;
mod method;
mod place;
mod provider;
mod read;
mod row;
mod template;

pub use exchange::{Condition, Exchange, Fill, Template as AnswerTemplate};
pub use follow_up::{FollowUp, FollowUpUrl, Origin, UrlTemplate};
pub use header::Header;
pub use key::{KeyForm, KeyText, Prefix};
pub use lint::Fault;
pub use method::{
    Algorithm, BodyDigest, Encoding, Method, SignatureForm, SignaturePlace, TimestampPlace,
    TimestampRule, TimestampUnit, Tolerance, UrlForm,
};
pub use place::{Place, Pointer};
pub use provider::ProviderName;
pub use read::Unreadable;
pub use row::{InputPlaces, Scheme, TimePlace, TimeUnit};
pub use template::{Part, Template};
