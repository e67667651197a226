//! A run's header item: always under 1 KB, because every update of it is billed on its whole size.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{
    Error,
    item::{self, Item, MAIN, Reader, binary, number, text, time, yes},
    listeners,
};
use crate::model::{
    ContentHash, FlowReference, HeldSlots, InputId, Run, RunId, Status, ThreadId, WorkspaceId,
    limits::RUN_RETENTION,
};

/// One write unit (DynamoDB developer guide, "read/write capacity").
const MAX_HEADER_BYTES: usize = 1024;

/// The largest compressed input and last entry that ride in a header where ids are short.
const MAX_INPUT_BYTES: usize = 300;
const MAX_LAST_BYTES: usize = 350;

/// Bytes of the nonces `born` and `holder`, names included.
const NONCES_BYTES: usize = 26;

/// Bytes of the line that tells of one attempt to tell a listener, which is what it takes as a rule, and of its
/// count; names included.
const TOLD_BYTES: usize = 150;

/// A random number by which a writer knows its own write again.
pub(super) type Nonce = [u8; 8];

/// The partition of a run.
pub(super) fn partition(id: RunId) -> String {
    format!("RUN#{id}")
}

/// The run of a partition.
pub(super) fn run_of(partition: &str) -> Option<RunId> {
    partition.strip_prefix("RUN#")?.parse().ok()
}

/// The key of a run's header.
pub(super) fn key(id: RunId) -> Item {
    item::key(partition(id), MAIN)
}

/// A list's partition: runs of one workspace, spread over 16, because one partition takes no more
/// than 1,000 writes a second (DynamoDB quotas).
pub(super) fn list(workspace: &WorkspaceId, shard: u8) -> String {
    format!("{workspace}#{shard}")
}

/// When the items of `run` may be deleted, in seconds as DynamoDB's TTL wants it.
pub(super) fn expires_at(run: &Run) -> AttributeValue {
    number(run.started_at.after(RUN_RETENTION).as_secs())
}

/// The header of `run` without what rides in it.
pub(super) fn write(run: &Run) -> Item {
    let mut item = key(run.id);
    let mut set = |name: &str, value| item.insert(name.to_owned(), value);
    set("list", text(list(&run.workspace, run.id.shard())));
    set("trigger", text(run.trigger.as_str()));
    set("environment", text(run.environment.as_str()));
    if let Some(thread) = &run.thread {
        set("thread", text(thread.as_str()));
    }
    if let Some(parent) = run.parent {
        set("parent", text(parent.to_string()));
    }
    set("flow", text(&run.flow.name));
    set("version", text(&run.flow.version));
    set("hash", text(run.flow.hash.as_str()));
    set("status", text(run.status.as_str()));
    set("epoch", number(run.epoch));
    set("lease_until", time(run.lease_until));
    set("deadline", time(run.deadline));
    set("started_at", time(run.started_at));
    set("expires_at", expires_at(run));
    if let Some(run_at) = run.run_at {
        set("run_at", time(run_at));
    }
    if let Some(wake_at) = run.wake_at {
        set("wake_at", time(wake_at));
    }
    if run.gated {
        set("gate", yes());
    }
    if let Some(listens) = &run.listens {
        set("listens", binary(*listens.as_bytes()));
    }
    if let Some(heard) = &run.heard {
        set("heard", binary(*heard.as_bytes()));
    }
    if run.cancel_requested {
        set("cancel", yes());
    }
    if let Some(ended_at) = run.ended_at {
        set("ended_at", time(ended_at));
    }
    if let Some(traceparent) = &run.traceparent {
        set("traceparent", text(traceparent));
    }
    let HeldSlots { workspace, flow } = run.slots;
    if workspace || flow {
        let held = [(workspace, 'w'), (flow, 'f')];
        let held = held.into_iter().filter_map(|(is_held, letter)| is_held.then_some(letter));
        set("slots", text(held.collect::<String>()));
    }
    listeners::write(&run.listeners, &mut item);
    item
}

/// The run that a header holds.
pub(super) fn read(item: &Item) -> Result<Run, Error> {
    let header = Reader::new(item, "run");
    let (workspace, _) = header.text("list")?.rsplit_once('#').ok_or_else(|| header.corrupt())?;
    Ok(Run {
        id: run_of(header.text("pk")?).ok_or_else(|| header.corrupt())?,
        workspace: workspace.parse().map_err(|_| header.corrupt())?,
        trigger: header.parse("trigger")?,
        environment: header.parse("environment")?,
        thread: thread(header)?,
        parent: parent(header)?,
        flow: FlowReference {
            name: header.text("flow")?.to_owned(),
            version: header.text("version")?.to_owned(),
            hash: ContentHash::from_stored(header.text("hash")?.to_owned()),
        },
        status: status(header)?,
        epoch: u32::try_from(header.number("epoch")?).map_err(|_| header.corrupt())?,
        lease_until: header.time("lease_until")?,
        deadline: header.time("deadline")?,
        run_at: header.optional_time("run_at"),
        wake_at: header.optional_time("wake_at"),
        gated: header.flag("gate"),
        listens: input_id(header, "listens")?,
        heard: input_id(header, "heard")?,
        cancel_requested: header.flag("cancel"),
        started_at: header.time("started_at")?,
        ended_at: header.optional_time("ended_at"),
        traceparent: header.optional_text("traceparent").map(str::to_owned),
        slots: slots(header),
        listeners: listeners::read(item)?,
    })
}

fn slots(header: Reader<'_>) -> HeldSlots {
    let held = header.optional_text("slots").unwrap_or_default();
    HeldSlots { workspace: held.contains('w'), flow: held.contains('f') }
}

pub(super) fn thread(header: Reader<'_>) -> Result<Option<ThreadId>, Error> {
    let thread = header.optional_text("thread").map(str::parse).transpose();
    thread.map_err(|_| header.corrupt())
}

fn parent(header: Reader<'_>) -> Result<Option<RunId>, Error> {
    let parent = header.optional_text("parent").map(str::parse).transpose();
    parent.map_err(|_| header.corrupt())
}

fn input_id(header: Reader<'_>, name: &str) -> Result<Option<InputId>, Error> {
    let id = header.optional_binary(name).map(TryInto::try_into).transpose();
    Ok(id.map_err(|_| header.corrupt())?.map(InputId::from_bytes))
}

pub(super) fn status(header: Reader<'_>) -> Result<Status, Error> {
    Status::from_stored(header.text("status")?).ok_or_else(|| header.corrupt())
}

/// What may ride in a header, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Room {
    pub(super) input_bytes: usize,
    pub(super) last_bytes: usize,
}

/// The room in the header of `run`, the same from its start to its end: an input that fills its
/// share leaves the last entry's alone.
pub(super) fn room(run: &Run) -> Room {
    let fullest = Run {
        status: Status::Completed,
        epoch: u32::MAX,
        lease_until: run.deadline,
        wake_at: Some(run.deadline),
        gated: true,
        listens: Some(InputId::of("")),
        heard: Some(InputId::of("")),
        cancel_requested: true,
        ended_at: Some(run.deadline),
        ..run.clone()
    };
    let names_bytes = "input".len() + "last".len() + NONCES_BYTES;
    let told_bytes = if run.listeners.is_empty() { 0 } else { TOLD_BYTES };
    let taken_bytes = item::size_bytes(&write(&fullest)) + names_bytes + told_bytes;
    let free_bytes = MAX_HEADER_BYTES.saturating_sub(taken_bytes + 1);
    let input_share = free_bytes * MAX_INPUT_BYTES / (MAX_INPUT_BYTES + MAX_LAST_BYTES);
    let input_bytes = input_share.min(MAX_INPUT_BYTES);
    Room { input_bytes, last_bytes: (free_bytes - input_bytes).min(MAX_LAST_BYTES) }
}

pub(super) fn set_nonce(item: &mut Item, name: &str, nonce: Nonce) {
    item.insert(name.to_owned(), binary(nonce));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{FollowUp, FollowUpMethod, Listeners},
        store::fixture::{at, queued},
    };

    /// The longest run there can be, as far as `model` bounds its parts; a flow's name is a DNS
    /// label (RFC 1035: 63 letters) and its version gets 32.
    fn longest() -> Run {
        Run {
            workspace: "w".repeat(64).parse().unwrap(),
            trigger: "t".repeat(64).parse().unwrap(),
            thread: Some("c".repeat(64).parse().unwrap()),
            parent: Some(queued().id),
            environment: crate::model::Environment::Prod,
            flow: FlowReference {
                name: "f".repeat(63),
                version: "1".repeat(32),
                hash: ContentHash::of(b""),
            },
            status: Status::TimedOut,
            epoch: u32::MAX,
            lease_until: at(75),
            run_at: Some(at(5)),
            wake_at: Some(at(10)),
            gated: true,
            listens: Some(InputId::of("/do/0/a#1")),
            heard: Some(InputId::of("/do/0/a#2")),
            cancel_requested: true,
            ended_at: Some(at(20)),
            traceparent: Some("0".repeat(55)),
            slots: HeldSlots { workspace: true, flow: true },
            ..queued()
        }
    }

    /// One that a command of Discord's started, whose tokens have some 220 letters.
    fn asked_for() -> Run {
        let follow_up = FollowUp {
            method: FollowUpMethod::Patch,
            url: format!(
                "https://discord.com/api/v10/webhooks/{}/messages/@original",
                "t".repeat(240)
            ),
            member: "content".to_owned(),
            max_characters: 2000,
            valid_until: at(900),
            max_uses: Some(5),
        };
        let listeners = Listeners { callback: true, follow_up: Some(follow_up) };
        Run { traceparent: Some("0".repeat(55)), listeners, ..queued() }
    }

    #[test]
    fn the_fullest_header_is_under_one_kilobyte() {
        let called_back = Listeners { callback: true, follow_up: None };
        let shares = [
            (queued(), 295, 345),
            (longest(), 110, 130),
            (Run { listeners: called_back, ..queued() }, 200, 235),
            (asked_for(), 0, 0),
        ];
        for (run, least_input_bytes, least_last_bytes) in shares {
            let mut item = write(&run);
            let Room { input_bytes, last_bytes } = room(&run);
            item.insert("input".to_owned(), binary(vec![0; input_bytes]));
            item.insert("last".to_owned(), binary(vec![0; last_bytes]));
            set_nonce(&mut item, "born", [0; 8]);
            set_nonce(&mut item, "holder", [0; 8]);
            if !run.listeners.is_empty() {
                item.insert("told".to_owned(), binary(vec![0; TOLD_BYTES - "told".len()]));
            }
            assert!(item::size_bytes(&item) < 1024, "{}", item::size_bytes(&item));
            assert!(
                input_bytes >= least_input_bytes && last_bytes >= least_last_bytes,
                "{input_bytes} {last_bytes}"
            );
        }
    }

    #[test]
    fn a_run_has_the_same_room_in_every_state() {
        let run = queued();
        let ended = Run { status: Status::Failed, ended_at: Some(at(3)), epoch: 9, ..run.clone() };
        assert_eq!(room(&ended), room(&run));
    }

    #[test]
    fn every_part_of_a_run_reads_back() {
        for run in [queued(), longest(), asked_for()] {
            assert_eq!(read(&write(&run)).unwrap(), run);
        }
    }

    #[test]
    fn a_header_that_lacks_something_is_corrupt() {
        let whole = write(&queued());
        for name in whole.keys().filter(|name| !["sk", "expires_at"].contains(&name.as_str())) {
            let mut item = whole.clone();
            item.remove(name);
            assert!(matches!(read(&item), Err(Error::Corrupt { what: "run" })), "{name}");
        }
    }
}
