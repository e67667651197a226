//! W3C trace context (`traceparent`, Trace Context level 1).

use sha2::{Digest, Sha256};

/// Whether this is a `traceparent` of version 00 that names a trace and a parent.
#[must_use]
pub fn is_valid(text: &str) -> bool {
    parts(text).is_some()
}

/// Trace id and flags.
fn parts(text: &str) -> Option<(&str, &str)> {
    let mut fields = text.split('-');
    let (version, trace, parent, flags) =
        (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let hex = |text: &str, length: usize| {
        text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let zero = |text: &str| text.bytes().all(|byte| byte == b'0');
    let sound = version == "00"
        && hex(trace, 32)
        && !zero(trace)
        && hex(parent, 16)
        && !zero(parent)
        && hex(flags, 2)
        && fields.next().is_none();
    sound.then_some((trace, flags))
}

/// The `traceparent` of an outgoing call. Continues the caller's trace, or one named after the run
/// where the caller gave none. The span's id comes from run and call, so a repeat of the call after
/// a crash is the same span.
#[must_use]
pub fn outgoing(caller: Option<&str>, run: &str, call: &str) -> String {
    let span = hex(&Sha256::digest(format!("{run}:{call}")), 8);
    match caller.and_then(parts) {
        Some((trace, flags)) => format!("00-{trace}-{span}-{flags}"),
        None => format!("00-{}-{span}-01", hex(&Sha256::digest(run), 16)),
    }
}

fn hex(bytes: &[u8], count: usize) -> String {
    bytes.iter().take(count).map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALLER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn an_outgoing_call_continues_the_callers_trace_with_a_span_of_its_own() {
        let first = outgoing(Some(CALLER), "run", "/do/0/a");
        assert!(first.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-"));
        assert!(is_valid(&first));
        assert_ne!(first, CALLER);
        assert_ne!(first, outgoing(Some(CALLER), "run", "/do/1/b"));
        assert_eq!(first, outgoing(Some(CALLER), "run", "/do/0/a"));
    }

    #[test]
    fn without_a_caller_all_calls_of_a_run_share_a_trace() {
        let (first, second) = (outgoing(None, "run", "a"), outgoing(None, "run", "b"));
        assert!(is_valid(&first));
        assert_eq!(parts(&first).unwrap().0, parts(&second).unwrap().0);
    }

    #[test]
    fn malformed_contexts_are_not_continued() {
        for text in [
            "",
            "00-x",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ] {
            assert!(!is_valid(text), "{text}");
        }
    }
}
