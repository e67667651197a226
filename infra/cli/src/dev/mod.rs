//! `dev`: the whole stack on this machine, with something in it to try.

mod arguments;
mod command;
mod examples;
mod folder;
mod record;
mod seed;
mod signals;
#[cfg(test)]
mod tests;
mod welcome;

pub(crate) use arguments::Arguments;
pub(crate) use command::execute;
