//! The decoders of `shared::http`.

#[path = "../../../shared/app/src/http/body.rs"]
mod body;
mod decode;
#[path = "../../../shared/app/src/http/form.rs"]
mod form;
#[path = "../../../shared/app/src/http/multipart/mod.rs"]
mod multipart;

pub use decode::decode;
