//! Standard output, for people or for scripts. Knows what an answer looks like, not what it means.

mod print;
mod progress;
mod table;
mod text;

pub(crate) use print::{Answer, Output, note};
pub(crate) use progress::Progress;
pub(crate) use table::{Table, facts};
pub(crate) use text::{printable, time};
