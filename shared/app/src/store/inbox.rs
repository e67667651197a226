//! Answers to runs that listen. An answer is an item of its own beside the journal, under the id of
//! the task that listens: whoever executes the run takes it from there, and it stays, so that a repeat
//! of it can be told from another answer.

use super::{
    Error,
    client::{Condition, Store},
    codec, header,
    item::{self, Reader, binary, text, time},
    view::is_header,
};
use crate::model::{
    ContentHash, Heard, InputId, JournalEntry, Listening, Outcome, Run, RunId, Status,
};

/// What became of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Hearing {
    /// It is stored, and the run can be claimed at once.
    Done,
    /// Another was stored before, or this one, when our answer to it was lost.
    Before(Answer),
    /// The run does not listen for it, or no more. Nothing was written.
    NotListening,
}

/// An answer as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// What was heard.
    pub heard: Heard,
    /// A hash of the secret by which others could have answered.
    pub secret: ContentHash,
}

/// The time limit and the answer race for the header: a claim takes `waiting` away.
const LISTENS: &str = "#status = :waiting AND #listens = :id AND #wake_at > :now \
    AND #deadline > :now AND attribute_not_exists(#cancel)";

/// Items of the journal that are read at once in search of what a run listens for.
const SEARCH_ITEMS: i32 = 10;

impl Store {
    /// Answers a run that listens: the first answer before the time limit counts.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe, and finds its own answer.
    pub async fn hear(
        &self,
        run: &Run,
        listening: &Listening,
        heard: &Heard,
    ) -> Result<Hearing, Error> {
        let id = binary(*listening.id.as_bytes());
        let mut item = key(run.id, listening.id);
        item.insert("data".to_owned(), binary(codec::encode(heard, "answer")?));
        item.insert("secret".to_owned(), text(hash(listening).as_str()));
        item.insert("expires_at".to_owned(), header::expires_at(run));
        let listens = Condition {
            expression: LISTENS,
            values: vec![
                (":waiting", text(Status::Waiting.as_str())),
                (":id", id),
                (":now", time(heard.at)),
            ],
        };
        let answered = self.update_header(run, "SET #heard = :id", listens)?;
        if self.transact(vec![self.put_new(item)?, answered]).await? {
            return Ok(Hearing::Done);
        }
        let before = self.heard(run.id, listening.id).await?;
        Ok(before.map_or(Hearing::NotListening, Hearing::Before))
    }

    /// What a run was answered.
    ///
    /// # Errors
    /// See [`Error`]. `None` where nobody has.
    pub async fn heard(&self, run: RunId, id: InputId) -> Result<Option<Answer>, Error> {
        let Some(item) = self.get(&self.tables.runs, key(run, id)).await? else { return Ok(None) };
        let stored = Reader::new(&item, "answer");
        let data = stored.optional_binary("data").ok_or_else(|| stored.corrupt())?;
        Ok(Some(Answer {
            heard: codec::decode(data, "answer")?,
            secret: ContentHash::from_stored(stored.text("secret")?.to_owned()),
        }))
    }

    /// What `run` waits to be answered: among its newest entries as a rule, which were read.
    pub(super) async fn listening(
        &self,
        run: &Run,
        recent: &[JournalEntry],
    ) -> Result<Option<Listening>, Error> {
        let Some(id) = run.awaits() else { return Ok(None) };
        if let Some(found) = recent.iter().find_map(|entry| find(entry, id)) {
            return Ok(Some(found));
        }
        let newest_first = self.entries_from(run.id, 1).scan_index_forward(false);
        let mut start = None;
        loop {
            let query = newest_first.clone().limit(SEARCH_ITEMS).set_exclusive_start_key(start);
            let page = Box::pin(query.send()).await?;
            for item in page.items().iter().filter(|item| !is_header(item)) {
                if let Some(found) = find(&self.whole_entry(run.id, item).await?, id) {
                    return Ok(Some(found));
                }
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(None);
            }
        }
    }
}

/// Sorts before the journal, so that no reading of that meets it.
fn key(run: RunId, id: InputId) -> item::Item {
    item::key(header::partition(run), format!("IN#{id}"))
}

fn hash(listening: &Listening) -> ContentHash {
    ContentHash::of(listening.secret.expose().as_bytes())
}

fn find(entry: &JournalEntry, id: InputId) -> Option<Listening> {
    entry.outcomes.iter().find_map(|(_, outcome)| match outcome {
        Outcome::Listening(listening) if listening.id == id => Some((**listening).clone()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        model::{End, Event, Secret},
        store::{
            Append, Claim,
            fixture::{Database, Fault, at, end, entry, noise, taken},
        },
    };

    fn listening() -> Listening {
        Listening {
            id: InputId::of("/do/0/approve#1"),
            until: at(600),
            kinds: vec!["approval".to_owned()],
            question: None,
            secret: Secret::new("secret".to_owned()),
        }
    }

    fn says(seconds: u64, data: Value) -> Heard {
        Heard { at: at(seconds), kind: "approval".to_owned(), data }
    }

    /// A run that listens, and the number of its next entry.
    async fn listens(database: &Database) -> Run {
        let run = database.claimed().await;
        let outcome = Outcome::Listening(Box::new(listening()));
        let entry = JournalEntry {
            outcomes: vec![("/do/0/approve#1".to_owned(), outcome)],
            ..JournalEntry::default()
        };
        assert_eq!(database.store.append(&run, 1, &entry).await.unwrap(), Append::Done);
        let slept = database.store.sleep(&run, at(600), Some(listening().id)).await.unwrap();
        assert_eq!(slept, Append::Done);
        run
    }

    #[tokio::test]
    async fn the_first_answer_counts_and_lets_the_run_be_claimed() {
        let database = Database::start().await;
        let store = &database.store;
        let run = listens(&database).await;
        let asleep = store.claim(run.id, at(10), at(85)).await.unwrap();
        assert!(matches!(asleep, Claim::Asleep { until, .. } if until == at(600)), "{asleep:?}");
        let view = store.view(run.id).await.unwrap().unwrap();
        assert_eq!(view.listening, Some(listening()));
        let first = says(10, json!("yes"));
        assert_eq!(store.hear(&run, &listening(), &first).await.unwrap(), Hearing::Done);
        let before = Answer { heard: first.clone(), secret: ContentHash::of(b"secret") };
        for late in [json!("yes"), json!("no")] {
            let hearing = store.hear(&run, &listening(), &says(11, late)).await.unwrap();
            assert_eq!(hearing, Hearing::Before(before.clone()));
        }
        let view = store.view(run.id).await.unwrap().unwrap();
        assert_eq!((view.listening, view.recent.len()), (None, 1));
        let claimed = taken(store.claim(run.id, at(11), at(86)).await.unwrap());
        assert_eq!((claimed.run.listens, claimed.journal.len(), claimed.next_seq), (None, 1, 2));
        assert_eq!(store.heard(run.id, listening().id).await.unwrap(), Some(before));
        let record = store.record(run.id).await.unwrap().unwrap();
        assert_eq!(record.journal.len(), 1);
    }

    #[tokio::test]
    async fn nobody_is_heard_who_is_late_or_whom_nobody_asked() {
        let database = Database::start().await;
        let store = &database.store;
        let other = Listening { id: InputId::of("/do/0/approve#2"), ..listening() };
        let run = listens(&database).await;
        for (name, listening, seconds) in
            [("at the time limit", listening(), 600), ("to another question", other, 10)]
        {
            let hearing = store.hear(&run, &listening, &says(seconds, json!(1))).await.unwrap();
            assert_eq!(hearing, Hearing::NotListening, "{name}");
        }
        store.request_cancel(run.id, &run.workspace).await.unwrap();
        let hearing = store.hear(&run, &listening(), &says(10, json!(1))).await.unwrap();
        assert_eq!(hearing, Hearing::NotListening, "cancelled");
        let run = listens(&database).await;
        taken(store.claim(run.id, at(600), at(675)).await.unwrap());
        let hearing = store.hear(&run, &listening(), &says(599, json!(1))).await.unwrap();
        assert_eq!(hearing, Hearing::NotListening, "claimed");
    }

    #[tokio::test]
    async fn an_ended_run_listens_no_more() {
        let database = Database::start().await;
        let store = &database.store;
        let run = listens(&database).await;
        let asleep = store.look(run.id).await.unwrap().unwrap();
        store.finish(&asleep, 2, &end(json!(1)), Event::Fail, at(3), None).await.unwrap();
        let hearing = store.hear(&run, &listening(), &says(4, json!(1))).await.unwrap();
        assert_eq!(hearing, Hearing::NotListening);
        assert_eq!(store.look(run.id).await.unwrap().unwrap().listens, None);
    }

    #[tokio::test]
    async fn a_lost_answer_to_an_answer_is_recognised() {
        let database = Database::start().await;
        let run = listens(&database).await;
        database.wire.meet(Fault::LoseAnswer);
        let first = says(10, json!("yes"));
        // The SDK asks again under the same token, or is told what is stored.
        match database.store.hear(&run, &listening(), &first).await.unwrap() {
            Hearing::Done => {}
            Hearing::Before(answer) => assert_eq!(answer.heard, first),
            Hearing::NotListening => panic!("the answer is lost"),
        }
        assert_eq!(
            database.store.heard(run.id, listening().id).await.unwrap().unwrap().heard,
            first
        );
    }

    #[tokio::test]
    async fn of_an_answer_and_the_time_limit_one_wins() {
        let database = Database::start().await;
        let store = &database.store;
        for _ in 0..5 {
            let run = listens(&database).await;
            let (listening, late) = (listening(), says(599, json!(1)));
            let (hearing, claim) = tokio::join!(
                store.hear(&run, &listening, &late),
                store.claim(run.id, at(600), at(675)),
            );
            taken(claim.unwrap());
            let stored = store.heard(run.id, listening.id).await.unwrap();
            assert_eq!(hearing.unwrap() == Hearing::Done, stored.is_some());
        }
    }

    #[tokio::test]
    async fn what_is_listened_for_is_found_behind_many_and_large_entries() {
        let database = Database::start().await;
        let store = &database.store;
        let run = database.claimed().await;
        let outcome = Outcome::Listening(Box::new(listening()));
        let large = JournalEntry {
            outcomes: vec![("/do/0/approve#1".to_owned(), outcome)],
            end: Some(End::Output(json!(noise(700_000)))),
            ..JournalEntry::default()
        };
        store.append(&run, 1, &large).await.unwrap();
        for seq in 2..=30 {
            store.append(&run, seq, &entry("a line", seq..=seq)).await.unwrap();
        }
        store.sleep(&run, at(600), Some(listening().id)).await.unwrap();
        let view = store.view(run.id).await.unwrap().unwrap();
        assert_eq!((view.listening, view.recent.len()), (Some(listening()), 5));
    }
}
