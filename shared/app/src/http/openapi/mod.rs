//! The OpenAPI document of all routes. Each dialect describes its own in its `openapi` module; here
//! stand what they share, how they become one document, and the route that serves it.
//!
//! Functions serve the document as the file that it is kept in, so none of them carries what makes it.

mod answer;
mod components;
mod detail;
mod document;
mod gateway;
mod part;
mod served;

pub(super) use answer::{
    LIMITED, at_function_or_gateway, limited, reference, refusal, responses, set, set_limits,
};
pub(super) use components::examples;
pub(super) use detail::refusals as detail_refusals;
pub use document::document;
pub(super) use part::Part;
pub use served::{DOCUMENT, asks_for_document, reply};
