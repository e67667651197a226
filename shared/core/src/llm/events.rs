//! Server-sent events, byte by byte (WHATWG HTML §9.2.6): only their data counts here.

use std::mem;

/// Why a stream is none of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// An event is larger than the limit.
    TooLarge,
    /// A line is not UTF-8. Lines are cut at ASCII bytes, so no character is ever cut in two.
    NotText,
}

/// Reads a stream of events, however it is cut up.
pub(super) struct Events {
    max_bytes: usize,
    line: Vec<u8>,
    /// The event's data so far, each line with its end.
    data: String,
    /// A line feed that follows belongs to the carriage return before it.
    after_return: bool,
    at_start: bool,
}

/// Three bytes that may stand before everything and mean nothing (WHATWG HTML §9.2.5).
const BYTE_ORDER_MARK: &str = "\u{feff}";

impl Events {
    /// A reader of events of up to `max_bytes`.
    pub(super) fn new(max_bytes: usize) -> Self {
        let (line, data) = (Vec::new(), String::new());
        Self { max_bytes, line, data, after_return: false, at_start: true }
    }

    /// Takes one byte; the data of the event that it ends, if it ends one.
    pub(super) fn take(&mut self, byte: u8) -> Result<Option<String>, Unreadable> {
        let after_return = mem::replace(&mut self.after_return, byte == b'\r');
        match byte {
            b'\n' if after_return => return Ok(None),
            b'\n' | b'\r' => return self.end_line(),
            _ => {}
        }
        if self.line.len() + self.data.len() >= self.max_bytes {
            return Err(Unreadable::TooLarge);
        }
        self.line.push(byte);
        Ok(None)
    }

    fn end_line(&mut self) -> Result<Option<String>, Unreadable> {
        let line = mem::take(&mut self.line);
        let line = str::from_utf8(&line).map_err(|_| Unreadable::NotText)?;
        let line = if mem::take(&mut self.at_start) {
            line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line)
        } else {
            line
        };
        if line.is_empty() {
            // An event without data is none: its line end is the first byte of data.
            let mut data = mem::take(&mut self.data);
            return Ok(data.pop().map(|_| data));
        }
        // A comment's name is empty; `event`, `id` and `retry` say nothing that a completion needs.
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        if name == "data" {
            self.data.push_str(value.strip_prefix(' ').unwrap_or(value));
            self.data.push('\n');
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(stream: &[u8]) -> Result<Vec<String>, Unreadable> {
        let mut events = Events::new(64);
        stream.iter().filter_map(|byte| events.take(*byte).transpose()).collect()
    }

    #[test]
    fn events_are_what_the_standard_says() {
        for (stream, expected) in [
            ("data: a\n\ndata: b\n\n", &["a", "b"][..]),
            ("data: a\r\n\r\ndata: b\r\rdata: c\n\r\n", &["a", "b", "c"]),
            ("data: a\ndata: b\n\n", &["a\nb"]),
            ("data\n\n", &[""]),
            ("data:a\n\ndata:  b\n\n", &["a", " b"]),
            (": hello\n\n:\n\nevent: x\nid: 1\nretry: 5\n\n", &[]),
            (": ping\ndata: a\nevent: x\n\n", &["a"]),
            ("\u{feff}data: a\n\n", &["a"]),
            ("\n\n\ndata: a\n\n\n\n", &["a"]),
            ("data: größe 🦀\n\n", &["größe 🦀"]),
            ("datas: a\n\nDATA: b\n\n", &[]),
            ("data: a\n", &[]),
            ("data: a", &[]),
        ] {
            assert_eq!(read(stream.as_bytes()).unwrap(), expected, "{stream:?}");
        }
    }

    #[test]
    fn what_is_no_stream_of_events_is_refused() {
        assert_eq!(read(b"data: \xff\n"), Err(Unreadable::NotText));
        assert_eq!(read(&[b'a'; 65]), Err(Unreadable::TooLarge));
        assert_eq!(read("data: 0123456789\n".repeat(9).as_bytes()), Err(Unreadable::TooLarge));
        assert!(read("data: 0123456789\n\n".repeat(9).as_bytes()).is_ok());
    }
}
