//! The form of a message about a run. It names the run and why to look at it; the run's record has
//! the rest.

use serde::{Deserialize, Serialize};

use crate::model::{Run, RunId, Timestamp};

/// The version that is written. Readers refuse others, so that a newer form waits in the queue for
/// newer code instead of being misread.
pub(super) const VERSION: u8 = 1;

/// Why somebody should look at a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It was stored.
    Start,
    /// It is executed elsewhere; whoever does so may have died.
    Guard,
    /// It was handed over.
    Continue,
    /// It slept long enough.
    Wake,
    /// Somebody asked to cancel it.
    Cancel,
}

/// A message about a run. The same one may arrive twice, late, or out of order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Which run.
    pub run: RunId,
    /// Why.
    pub kind: Kind,
    /// When the run wakes, which may be later than a message can be delayed.
    pub wake_at: Option<Timestamp>,
    /// The W3C trace context of who sent it.
    pub traceparent: Option<String>,
}

/// The text is not a message that this version reads. It tells nothing about any run.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// A message of another version.
    #[error("a message of version {0} cannot be read")]
    Version(u64),
    /// Not a message at all.
    #[error("not a message of the runs queue")]
    Malformed(#[source] serde_json::Error),
}

#[derive(Serialize, Deserialize)]
struct Wire {
    v: u8,
    run: RunId,
    kind: Kind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wake_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    traceparent: Option<String>,
}

#[derive(Deserialize)]
struct Version {
    v: u64,
}

/// Whether this code knows the text's version.
pub(super) fn check_version(text: &str) -> Result<(), Unreadable> {
    let Version { v } = serde_json::from_str(text).map_err(Unreadable::Malformed)?;
    if v == u64::from(VERSION) { Ok(()) } else { Err(Unreadable::Version(v)) }
}

impl Message {
    /// About `run`, in the trace of its caller.
    #[must_use]
    pub fn about(run: &Run, kind: Kind) -> Self {
        Self { run: run.id, kind, wake_at: None, traceparent: run.traceparent.clone() }
    }

    /// The wake-up of `run` at `wake_at`.
    #[must_use]
    pub fn wake(run: &Run, wake_at: Timestamp) -> Self {
        Self { wake_at: Some(wake_at), ..Self::about(run, Kind::Wake) }
    }

    /// The text that is sent.
    ///
    /// # Errors
    /// None that is known: ids and numbers always serialize.
    pub fn write(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(&Wire {
            v: VERSION,
            run: self.run,
            kind: self.kind,
            wake_at: self.wake_at,
            traceparent: self.traceparent.clone(),
        })
    }

    /// Reads what [`Message::write`] wrote. Members that are added later are ignored.
    ///
    /// # Errors
    /// [`Unreadable`]; a retry by the same code gives the same.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        check_version(text)?;
        let wire: Wire = serde_json::from_str(text).map_err(Unreadable::Malformed)?;
        Ok(Self {
            run: wire.run,
            kind: wire.kind,
            wake_at: wire.wake_at,
            traceparent: wire.traceparent,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: &str = "019c4a8f-1a30-7def-8123-456789abcdef";

    fn message(kind: Kind) -> Message {
        Message { run: RUN.parse().unwrap(), kind, wake_at: None, traceparent: None }
    }

    #[test]
    fn the_form_is_fixed() {
        let full = Message {
            wake_at: Some(Timestamp::from_millis(1_770_679_479_120)),
            traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
            ..message(Kind::Wake)
        };
        for (message, text) in [
            (message(Kind::Start), format!(r#"{{"v":1,"run":"{RUN}","kind":"start"}}"#)),
            (
                full,
                format!(
                    r#"{{"v":1,"run":"{RUN}","kind":"wake","wake_at":1770679479120,"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}}"#
                ),
            ),
        ] {
            assert_eq!(message.write().unwrap(), text);
            assert_eq!(Message::read(&text).unwrap(), message);
            assert!(text.len() < 300);
        }
    }

    #[test]
    fn every_kind_reads_back() {
        for kind in [Kind::Start, Kind::Guard, Kind::Continue, Kind::Wake, Kind::Cancel] {
            let text = message(kind).write().unwrap();
            assert_eq!(Message::read(&text).unwrap().kind, kind);
        }
    }

    #[test]
    fn another_version_is_told_from_garbage() {
        let newer = r#"{"v":2,"runs":["a"],"kind":"start"}"#;
        assert!(matches!(Message::read(newer), Err(Unreadable::Version(2))));
        let unknown_kind = format!(r#"{{"v":1,"run":"{RUN}","kind":"paint"}}"#);
        for garbage in ["", "{}", "[]", "null", r#"{"v":"1"}"#, r#"{"v":1}"#, &unknown_kind] {
            assert!(matches!(Message::read(garbage), Err(Unreadable::Malformed(_))), "{garbage}");
        }
    }

    #[test]
    fn members_of_a_later_date_are_ignored() {
        let text = format!(r#"{{"v":1,"run":"{RUN}","kind":"start","colour":"red"}}"#);
        assert_eq!(Message::read(&text).unwrap(), message(Kind::Start));
    }
}
