//! Who has yet to be told that a run has ended, and how the attempts went: what changes of a run
//! after its end. It rides in the header, so one write both counts an attempt and tells of it.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::{
    Append, Error,
    client::{Condition, Store, Write},
    codec, header,
    item::{Item, Reader, binary, number, text, time, yes},
};
use crate::model::{FollowUp, FollowUpMethod, Listener, Listeners, LogEntry, RunId};

/// The members of a header that are `listeners`.
pub(super) fn write(listeners: &Listeners, header: &mut Item) {
    if listeners.callback {
        header.insert(Listener::Callback.as_str().to_owned(), yes());
    }
    if let Some(follow_up) = &listeners.follow_up {
        let name = Listener::FollowUp.as_str().to_owned();
        header.insert(name, AttributeValue::M(members(follow_up)));
    }
}

fn members(follow_up: &FollowUp) -> HashMap<String, AttributeValue> {
    let FollowUp { method, url, member, max_characters, valid_until, max_uses } = follow_up;
    let mut members = HashMap::new();
    let mut set = |name: &str, value| members.insert(name.to_owned(), value);
    set("method", text(method.as_str()));
    set("url", text(url));
    set("member", text(member));
    set("longest", number(*max_characters));
    set("until", time(*valid_until));
    if let Some(max_uses) = max_uses {
        set("uses", number(*max_uses));
    }
    members
}

/// The listeners that a header names.
pub(super) fn read(header: &Item) -> Result<Listeners, Error> {
    let follow_up = header.get(Listener::FollowUp.as_str());
    let follow_up =
        follow_up.and_then(|value| value.as_m().ok()).map(read_follow_up).transpose()?;
    let callback = Reader::new(header, "run").flag(Listener::Callback.as_str());
    Ok(Listeners { callback, follow_up })
}

fn read_follow_up(members: &Item) -> Result<FollowUp, Error> {
    let reader = Reader::new(members, "run");
    let small = |number: u64| u32::try_from(number).map_err(|_| reader.corrupt());
    Ok(FollowUp {
        method: FollowUpMethod::from_stored(reader.text("method")?)
            .ok_or_else(|| reader.corrupt())?,
        url: reader.text("url")?.to_owned(),
        member: reader.text("member")?.to_owned(),
        max_characters: small(reader.number("longest")?)?,
        valid_until: reader.time("until")?,
        max_uses: reader.optional_number("uses").map(small).transpose()?,
    })
}

/// The lines of a header that tell of attempts, oldest first.
pub(super) fn told(header: &Item) -> Result<Vec<LogEntry>, Error> {
    let told = Reader::new(header, "run").optional_binary("told");
    told.map_or(Ok(Vec::new()), |told| codec::decode(told, "log"))
}

impl Store {
    /// Adds a line to the log of a run that has ended, behind those that the caller has seen there:
    /// an attempt to tell `listener`. Where it is the last one, the listener is forgotten, its address with it.
    /// [`Append::Lost`] when somebody else has told of an attempt meanwhile.
    ///
    /// # Errors
    /// See [`Error`]; the same call again after [`Error::Unavailable`] is safe.
    pub async fn tell(
        &self,
        id: RunId,
        listener: Listener,
        seen: &[LogEntry],
        line: LogEntry,
        is_last: bool,
    ) -> Result<Append, Error> {
        let mut lines = seen.to_vec();
        lines.push(line);
        let lines = codec::encode(&lines, "log")?;
        let count = |lines: usize| u64::try_from(lines).map(number).map_err(Error::internal);
        let mut values = vec![(":told", binary(lines.clone())), (":count", count(seen.len() + 1)?)];
        // By their number: other code may write the same lines in other bytes.
        let expression = match (listener, seen.is_empty()) {
            (Listener::Callback, true) => {
                "attribute_exists(#callback) AND attribute_not_exists(#told_count)"
            }
            (Listener::Callback, false) => "attribute_exists(#callback) AND #told_count = :seen",
            (Listener::FollowUp, true) => {
                "attribute_exists(#follow_up) AND attribute_not_exists(#told_count)"
            }
            (Listener::FollowUp, false) => "attribute_exists(#follow_up) AND #told_count = :seen",
        };
        if !seen.is_empty() {
            values.push((":seen", count(seen.len())?));
        }
        let update = match (listener, is_last) {
            (_, false) => "SET #told = :told, #told_count = :count",
            (Listener::Callback, true) => {
                "SET #told = :told, #told_count = :count REMOVE #callback"
            }
            (Listener::FollowUp, true) => {
                "SET #told = :told, #told_count = :count REMOVE #follow_up"
            }
        };
        let condition = Condition { expression, values };
        let written = self.update(&self.tables.runs, header::key(id), update, condition).await?;
        Ok(match written {
            Write::Done(_) => Append::Done,
            // Ours, when an answer was lost on the way.
            Write::Refused(Some(header))
                if Reader::new(&header, "run").optional_binary("told") == Some(&lines) =>
            {
                Append::Done
            }
            Write::Refused(_) => Append::Lost,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        model::{End, Event, JournalEntry, Run},
        store::fixture::{Database, Fault, at, held, line, noise},
    };

    /// A run with both listeners that ended with its third line.
    async fn ended(database: &Database, output: serde_json::Value) -> Run {
        let follow_up = FollowUp {
            method: FollowUpMethod::Post,
            url: "https://hooks.example/1".to_owned(),
            member: "text".to_owned(),
            max_characters: 100,
            valid_until: at(900),
            max_uses: Some(5),
        };
        let listeners = Listeners { callback: true, follow_up: Some(follow_up) };
        let run = Run { listeners, ..held() };
        database.store.insert(&run, &json!({})).await.unwrap();
        let logs = (1..=3).map(line).collect();
        let last = JournalEntry { logs, end: Some(End::Output(output)), ..JournalEntry::default() };
        database.store.finish(&run, 1, &last, Event::Complete, at(3), None).await.unwrap();
        run
    }

    #[tokio::test]
    async fn an_attempt_is_a_line_behind_the_end_and_changes_nothing_else() {
        for output in [json!(1), json!(noise(1000)), json!(noise(600_000))] {
            let database = Database::start().await;
            let run = ended(&database, output).await;
            let before = database.store.view(run.id).await.unwrap().unwrap();
            let record = database.store.record(run.id).await.unwrap().unwrap();
            database.wire.operations();
            let tell = |seen: Vec<LogEntry>, seq, is_last| {
                let store = database.store.clone();
                async move {
                    let told = store.tell(run.id, Listener::Callback, &seen, line(seq), is_last);
                    told.await.unwrap()
                }
            };
            assert_eq!(tell(Vec::new(), 4, false).await, Append::Done);
            assert_eq!(database.wire.operations(), ["UpdateItem"]);
            assert_eq!(tell(vec![line(4)], 5, true).await, Append::Done);
            let after = database.store.view(run.id).await.unwrap().unwrap();
            assert_eq!(after.told, [line(4), line(5)]);
            assert!(after.recent == before.recent);
            let listeners = Listeners { callback: false, ..run.listeners.clone() };
            assert_eq!(after.run, Run { listeners: listeners.clone(), ..before.run });
            let mut expected = record;
            expected.run.listeners = listeners;
            assert!(database.store.record(run.id).await.unwrap().unwrap() == expected);
        }
    }

    #[tokio::test]
    async fn lines_behind_the_end_are_paged_with_the_others() {
        for output in [json!(1), json!(noise(1000)), json!(noise(600_000))] {
            let database = Database::start().await;
            let run = ended(&database, output).await;
            let mut seen = Vec::new();
            for seq in 4..=6 {
                let told = database.store.tell(run.id, Listener::FollowUp, &seen, line(seq), false);
                told.await.unwrap();
                seen.push(line(seq));
            }
            for limit in 1..8 {
                let (mut found, mut cursor) = (Vec::new(), None);
                loop {
                    let page = database.store.logs(run.id, cursor.as_deref(), limit).await.unwrap();
                    assert!(page.entries.len() <= limit);
                    found.extend(page.entries.into_iter().map(|line| line.seq));
                    cursor = page.next;
                    if cursor.is_none() {
                        break;
                    }
                }
                assert_eq!(found, [1, 2, 3, 4, 5, 6], "{limit} lines a page");
            }
        }
    }

    #[tokio::test]
    async fn of_two_who_tell_of_an_attempt_one_does() {
        let database = Database::start().await;
        let run = ended(&database, json!(1)).await;
        let tell = |seen: &'static [LogEntry], line: LogEntry| {
            database.store.tell(run.id, Listener::Callback, seen, line, false)
        };
        let (first, second) = tokio::join!(tell(&[], line(4)), tell(&[], line(5)));
        let outcomes = [first.unwrap(), second.unwrap()];
        assert!(outcomes.contains(&Append::Done) && outcomes.contains(&Append::Lost));
        assert_eq!(database.store.view(run.id).await.unwrap().unwrap().told.len(), 1);
    }

    #[tokio::test]
    async fn who_knows_already_is_not_told_of_again() {
        let database = Database::start().await;
        let run = ended(&database, json!(1)).await;
        let tell = |listener, seen: Vec<LogEntry>, seq| {
            let store = &database.store;
            async move { store.tell(run.id, listener, &seen, line(seq), true).await.unwrap() }
        };
        assert_eq!(tell(Listener::Callback, Vec::new(), 4).await, Append::Done);
        assert_eq!(tell(Listener::Callback, vec![line(4)], 5).await, Append::Lost);
        assert_eq!(tell(Listener::FollowUp, vec![line(4)], 5).await, Append::Done);
        let view = database.store.view(run.id).await.unwrap().unwrap();
        assert!(view.run.listeners.is_empty());
        assert_eq!(view.told, [line(4), line(5)]);
    }

    #[tokio::test]
    async fn a_lost_answer_is_recognised() {
        let database = Database::start().await;
        let run = ended(&database, json!(1)).await;
        database.wire.meet(Fault::LoseAnswer);
        let told = database.store.tell(run.id, Listener::Callback, &[], line(4), true).await;
        assert_eq!(told.unwrap(), Append::Done);
    }
}
