//! How large data may become. Outputs go into the journal and the context lives as long as the
//! run, so both are bounded.

use std::io::{self, Write};

use serde_json::Value;

/// Most data that one step may put out, in bytes of JSON. An AWS Lambda function may answer 6 MB
/// (AWS Lambda quotas, invocation payload): the rest is for the envelope and its log lines.
pub(super) const MAX_DATA_BYTES: usize = 5_500_000;

/// How much more may be built.
pub(super) struct Budget(usize);

/// The limit is passed.
#[derive(Debug)]
pub(super) struct TooLarge;

impl Budget {
    pub(super) const fn new() -> Self {
        Self(MAX_DATA_BYTES)
    }

    /// Pays for `value`.
    pub(super) fn pay(&mut self, value: &Value) -> Result<(), TooLarge> {
        // Writing into this writer fails only where the budget is spent.
        serde_json::to_writer(self, value).map_err(|_| TooLarge)
    }

    /// Pays for `bytes` of anything else.
    pub(super) fn pay_bytes(&mut self, bytes: usize) -> Result<(), TooLarge> {
        self.0 = self.0.checked_sub(bytes).ok_or(TooLarge)?;
        Ok(())
    }
}

impl Write for &mut Budget {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.pay_bytes(bytes.len()) {
            Ok(()) => Ok(bytes.len()),
            Err(TooLarge) => Err(io::Error::other("too large")),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
