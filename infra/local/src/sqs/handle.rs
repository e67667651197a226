//! Receipt handles: which message of which queue, and which receive. Opaque outside; no secret, since one machine's
//! queues have one user.

use std::fmt;

use uuid::Uuid;

use super::error::Error;

/// What a receipt handle says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Handle {
    /// The queue's number, so that a handle of another queue is refused.
    pub(crate) queue: u32,
    /// The message's place in the log.
    pub(crate) id: u64,
    /// The message id, because places may be given anew after a restart.
    pub(crate) message_id: Uuid,
    /// Which receive issued it; makes the handles of two receives differ.
    pub(crate) receive_count: u32,
}

impl fmt::Display for Handle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { queue, id, message_id, receive_count } = self;
        write!(formatter, "{queue:08x}{id:016x}{:032x}{receive_count:08x}", message_id.as_u128())
    }
}

impl Handle {
    /// Reads a handle that [`fmt::Display`] wrote.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let field = |from, to| text.get(from..to).ok_or(Error::ReceiptHandleIsInvalid);
        let number = |from, to| {
            u64::from_str_radix(field(from, to)?, 16).map_err(|_| Error::ReceiptHandleIsInvalid)
        };
        let narrow = |wide: u64| u32::try_from(wide).map_err(|_| Error::ReceiptHandleIsInvalid);
        let message_id =
            u128::from_str_radix(field(24, 56)?, 16).map_err(|_| Error::ReceiptHandleIsInvalid)?;
        let handle = Self {
            queue: narrow(number(0, 8)?)?,
            id: number(8, 24)?,
            message_id: Uuid::from_u128(message_id),
            receive_count: narrow(number(56, 64)?)?,
        };
        if text.len() == 64 { Ok(handle) } else { Err(Error::ReceiptHandleIsInvalid) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_reads_back_as_it_was_written() {
        let handle =
            Handle { queue: 7, id: u64::MAX, message_id: Uuid::now_v7(), receive_count: 3 };
        assert_eq!(Handle::parse(&handle.to_string()), Ok(handle));
    }

    #[test]
    fn anything_else_is_refused() {
        let handle =
            Handle { queue: 7, id: 1, message_id: Uuid::now_v7(), receive_count: 3 }.to_string();
        for text in [
            "",
            "x",
            &handle[1..],
            &format!("{handle}0"),
            &handle.replace('0', "g"),
            &"ü".repeat(32),
        ] {
            assert_eq!(Handle::parse(text), Err(Error::ReceiptHandleIsInvalid), "{text}");
        }
    }
}
