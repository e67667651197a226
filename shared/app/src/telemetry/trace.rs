//! Trace context: W3C `traceparent` (Trace Context level 1) and X-Ray's header, and the ids of spans.

use sha2::{Digest, Sha256};

/// The caller wants the trace recorded (Trace Context level 1, section 3.2.2.5).
const SAMPLED: u8 = 1;

/// A place in a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    pub(super) trace: u128,
    /// The span that what comes next belongs to.
    pub(super) parent: Option<u64>,
    flags: u8,
}

impl Context {
    /// Of a `traceparent` of version 00. None for one that is malformed.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut fields = text.split('-');
        let (version, trace, parent, flags) =
            (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        if version != "00" || fields.next().is_some() || flags.len() != 2 {
            return None;
        }
        Some(Self {
            trace: hex(trace, 32).filter(|trace| *trace != 0)?,
            parent: Some(span(parent)?),
            flags: hex(flags, 2).and_then(|flags| u8::try_from(flags).ok())?,
        })
    }

    /// Of X-Ray's header: `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`.
    /// Whether X-Ray samples decides nothing here, but a parent that it does not keep is none.
    #[must_use]
    pub fn read_xray(text: &str) -> Option<Self> {
        let field = |name: &str| {
            text.split(';').find_map(|field| field.trim().strip_prefix(name)?.strip_prefix('='))
        };
        let (time, unique) = field("Root")?.strip_prefix("1-")?.split_once('-')?;
        let trace = (hex(time, 8)? << 96) | hex(unique, 24)?;
        let kept = field("Sampled") == Some("1");
        let parent = field("Parent").and_then(span).filter(|_| kept);
        (trace != 0).then_some(Self { trace, parent, flags: SAMPLED })
    }

    /// Of a run that nobody gave a trace: named after it, so that all its calls share one.
    #[must_use]
    pub fn of_run(run: &str) -> Self {
        Self { trace: u128::from_be_bytes(digest(run)), parent: None, flags: SAMPLED }
    }

    /// The trace that `caller` names, or else the run's own.
    #[must_use]
    pub fn of(caller: Option<&str>, run: &str) -> Self {
        caller.and_then(Self::read).unwrap_or_else(|| Self::of_run(run))
    }

    /// A trace that begins here.
    pub(super) fn begin() -> Option<Self> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).ok()?;
        let trace = u128::from_be_bytes(random);
        (trace != 0).then_some(Self { trace, parent: None, flags: SAMPLED })
    }

    /// The same trace, below another span.
    pub(super) const fn under(self, parent: Option<u64>) -> Self {
        Self { parent, ..self }
    }

    pub(super) const fn is_sampled(self) -> bool {
        self.flags & SAMPLED == SAMPLED
    }

    /// The trace's id, as logs and headers have it.
    pub(super) fn trace_id(self) -> String {
        format!("{:032x}", self.trace)
    }

    /// The `traceparent` of `span`.
    pub(super) fn traceparent(self, span: u64) -> String {
        format!("00-{:032x}-{span:016x}-{:02x}", self.trace, self.flags)
    }
}

/// As a `traceparent`, which cannot do without a parent.
impl std::fmt::Display for Context {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parent = self.parent.unwrap_or_else(|| span_id(&self.trace_id(), ""));
        formatter.write_str(&self.traceparent(parent))
    }
}

/// The id of the span of a run's call. It comes from run and call, so a repeat of the call after a
/// crash is the same span.
pub(super) fn span_id(run: &str, call: &str) -> u64 {
    u64::from_be_bytes(digest(&format!("{run}:{call}")))
}

/// An id for a span that happens once.
pub(super) fn new_span_id() -> Option<u64> {
    let mut random = [0; 8];
    getrandom::fill(&mut random).ok()?;
    Some(u64::from_be_bytes(random)).filter(|span| *span != 0)
}

fn digest<const BYTES: usize>(text: &str) -> [u8; BYTES] {
    let mut first = [0; BYTES];
    for (to, from) in first.iter_mut().zip(Sha256::digest(text)) {
        *to = from;
    }
    first
}

fn span(text: &str) -> Option<u64> {
    hex(text, 16).and_then(|span| u64::try_from(span).ok()).filter(|span| *span != 0)
}

/// Exactly this many lower-case hexadecimal digits, 32 at most.
fn hex(text: &str, digits: usize) -> Option<u128> {
    let sound =
        text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    sound.then(|| u128::from_str_radix(text, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALLER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_context_reads_back() {
        let context = Context::read(CALLER).unwrap();
        assert_eq!(context.to_string(), CALLER);
        assert_eq!(context.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert!(context.is_sampled());
        let unsampled = CALLER.replace("-01", "-00");
        assert!(!Context::read(&unsampled).unwrap().is_sampled());
    }

    #[test]
    fn a_call_has_a_span_of_its_own_and_the_same_after_a_crash() {
        assert_eq!(span_id("run", "/do/0/a"), span_id("run", "/do/0/a"));
        assert_ne!(span_id("run", "/do/0/a"), span_id("run", "/do/1/b"));
        assert_ne!(span_id("run", "/do/0/a"), span_id("other", "/do/0/a"));
    }

    #[test]
    fn without_a_caller_all_of_a_run_shares_a_trace() {
        let run = "019c4a8f-1a30-7def-8123-456789abcdef";
        assert_eq!(Context::of(None, run), Context::of(Some("x"), run));
        assert_ne!(Context::of_run(run).trace, Context::of_run("other").trace);
        assert_eq!(Context::of(Some(CALLER), run), Context::read(CALLER).unwrap());
        assert_eq!(
            Context::read(&Context::of_run(run).to_string()).unwrap().trace,
            Context::of_run(run).trace
        );
    }

    #[test]
    fn malformed_contexts_are_not_continued() {
        for text in [
            "",
            "00-x",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
            "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(Context::read(text), None, "{text}");
        }
    }

    #[test]
    fn xray_gives_the_trace_and_a_parent_where_it_keeps_one() {
        let root = "Root=1-5759e988-bd862e3fe1be46a994272793";
        let trace = "5759e988bd862e3fe1be46a994272793";
        for (text, parent) in [
            (format!("{root};Parent=53995c3f42cd8ad8;Sampled=1"), Some(0x5399_5c3f_42cd_8ad8)),
            (
                format!("Sampled=1; Parent=53995c3f42cd8ad8 ;{root}").replace(" ;", ";"),
                Some(0x5399_5c3f_42cd_8ad8),
            ),
            (format!("{root};Parent=53995c3f42cd8ad8;Sampled=0;Lineage=1:a:0"), None),
            (root.to_owned(), None),
        ] {
            let context = Context::read_xray(&text).unwrap();
            assert_eq!((context.trace_id().as_str(), context.parent), (trace, parent), "{text}");
            assert!(context.is_sampled());
        }
        for text in [
            "",
            "Root=",
            "Root=2-5759e988-bd862e3fe1be46a994272793",
            "Root=1-5759e988",
            "Parent=53995c3f42cd8ad8",
        ] {
            assert_eq!(Context::read_xray(text), None, "{text}");
        }
    }
}
