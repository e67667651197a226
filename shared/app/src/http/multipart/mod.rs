//! Bodies of the type `multipart/form-data` (RFC 7578), whole and strict: what two readers could take
//! for two different forms is refused. Knows nothing of what files may be sent.

mod field;
mod parameters;
mod read;
#[cfg(test)]
mod tests;

pub(super) use read::{Part, read};
