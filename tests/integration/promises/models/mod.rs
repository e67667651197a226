//! Flows ask models: what an endpoint says arrives however it is cut up, what goes wrong has a name that `retry`
//! understands, what was said is not asked again, and nobody sees the key.

mod answers;
mod asking;
mod memory;
