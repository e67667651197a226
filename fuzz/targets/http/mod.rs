//! The decoders of `shared::http`.

#[path = "../../../shared/app/src/http/body.rs"]
mod body;
mod decode;
#[path = "../../../shared/app/src/http/form.rs"]
mod form;

pub use decode::decode;
