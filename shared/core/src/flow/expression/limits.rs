//! How much one expression may cost, and why.
//!
//! The numbers were measured in November 2026 on a four-core x86-64 machine, in release builds: the worst of some
//! 350 hostile programs took 1.1 s and 140 MB, stacks included, and an ordinary small expression 1.5 µs.

use std::fmt;

/// What one evaluation may use. The default is the limit in production.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Steps of the interpreter and of the operations on values. A step takes 20 to 200 ns.
    pub work: u64,
    /// Bytes of values built, over the whole evaluation, freed or not.
    pub memory_bytes: u64,
    /// Bytes of stack for the program's own recursion, on the thread that the large evaluations get.
    pub stack_bytes: usize,
    /// Bytes of the result, written as JSON.
    pub output_bytes: u64,
}

impl Limits {
    /// Containers within containers. `serde_json` refuses to read back more than 128 levels, and a value
    /// is stored inside an envelope of a few levels.
    pub const MAX_NESTING: u8 = 100;
    /// Bytes of a program's source. The parser recurses on it; a longer program belongs into a function.
    pub const MAX_SOURCE_BYTES: usize = 16 * 1024;
    /// Bytes of a source that is compiled on the stack of whoever asks for it. However it nests, the parser then
    /// stays within a quarter of the 2 MB that a thread has.
    pub const MAX_SOURCE_BYTES_IN_PLACE: usize = 64;
    /// Brackets within brackets in a program's source.
    pub const MAX_SOURCE_NESTING: usize = 128;
    /// Parts of one path in a program's source, such as the three of `.a[0].b`.
    pub const MAX_PATH_PARTS: usize = 32;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // Some 15,000 array elements through a usual filter; a tenth of a second, or a second of regular
            // expressions. The stack that drops what the work has built depends on it, see `evaluate`.
            work: 1_000_000,
            // An AWS Lambda invocation brings at most 6 MB; a step of the interpreter keeps at most about 100 bytes on top.
            memory_bytes: 64 << 20,
            // Some 5,000 calls of a recursive function.
            stack_bytes: if cfg!(debug_assertions) { 64 << 20 } else { 16 << 20 },
            // The most that an AWS Lambda function answers without streaming.
            output_bytes: 6 << 20,
        }
    }
}

/// Which limit stopped an evaluation. Evaluating again with the same input ends the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// [`Limits::work`].
    Work,
    /// [`Limits::memory_bytes`].
    Memory,
    /// [`Limits::stack_bytes`].
    Stack,
    /// [`Limits::MAX_NESTING`].
    Nesting,
    /// [`Limits::output_bytes`].
    Output,
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Work => "it takes too many steps",
            Self::Memory => "it builds too much data",
            Self::Stack => "it recurses too deeply",
            Self::Nesting => "it nests arrays and objects too deeply",
            Self::Output => "its result is too large",
        })
    }
}
