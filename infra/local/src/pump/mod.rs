//! The event source mapping's side: messages of a queue become invocations of a function. Knows
//! nothing of what the messages say.

mod event;
mod mapping;
#[cfg(test)]
mod tests;

pub(crate) use mapping::Mapping;
