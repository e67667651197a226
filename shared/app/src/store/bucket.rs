//! Rates, kept as buckets of tokens: one item for each bucket, with one number that says when the bucket will be full
//! again. However many processes ask, the condition of one write lets through as many as the rate does; a process that
//! knows the bucket to be empty asks nobody.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{
    Error,
    client::{Condition, Store, Write},
    item::{self, MAIN, Reader, number},
};
use crate::{
    auth::KeyId,
    model::{Level, Rate, Timestamp, WorkspaceId, microseconds},
};

/// Whose rate it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rated<'r> {
    /// A key's.
    Key(&'r KeyId),
    /// A workspace's.
    Workspace(&'r WorkspaceId),
}

/// What became of a token that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// It was there. How the bucket stands without it.
    Taken(Level),
    /// There is none.
    Refused(Level),
}

/// Most buckets that a process remembers: about a megabyte.
const MAX_KNOWN: usize = 10_000;

/// For how long an item outlives its use, so that clocks that differ never meet a bucket that is gone too early.
const EXPIRES_AFTER_S: u64 = 60 * 60;

/// The buckets, and what this process knows of them. Cloning shares all of it.
#[derive(Clone, Debug)]
pub struct Buckets {
    store: Store,
    known: Arc<Mutex<HashMap<String, Known>>>,
}

/// A bucket as it was met last.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    /// When it will be full, in microseconds. Tokens that others take make it later, never earlier.
    full_us: u64,
    /// The last token was taken from a bucket that was not full, so the next one will be, too.
    is_draining: bool,
}

impl Buckets {
    /// The buckets in `store`.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store, known: Arc::default() }
    }

    /// Takes a token from a bucket. One write as a rule, three at most; none where the bucket is known to be empty.
    /// Clocks that differ lengthen or shorten a burst by the tokens of their difference, never the rate.
    ///
    /// # Errors
    /// See [`Error`]. A retry may cost one token more: it never lets one through too many.
    pub async fn take(
        &self,
        rated: Rated<'_>,
        rate: &Rate,
        now: Timestamp,
    ) -> Result<Token, Error> {
        let pk = match rated {
            Rated::Key(id) => format!("RATE#KEY#{id}"),
            Rated::Workspace(id) => format!("RATE#WORKSPACE#{id}"),
        };
        let latest_us = rate.latest_us(now);
        let Known { mut full_us, mut is_draining } = self.known(&pk);
        // What is known only grows, and what grows while `now` stands still ends here.
        while full_us <= latest_us {
            match self.try_take(&pk, rate, now, is_draining).await? {
                Write::Done(item) => {
                    let full_us = Reader::new(&item, "rate").number("full_us")?;
                    self.remember(pk, Known { full_us, is_draining });
                    return Ok(Token::Taken(rate.level(full_us, now)));
                }
                Write::Refused(item) => {
                    let stored = item.as_ref().map(|item| Reader::new(item, "rate"));
                    full_us = stored.map_or(Ok(0), |stored| stored.number("full_us"))?;
                    is_draining = full_us > microseconds(now);
                }
            }
        }
        self.remember(pk, Known { full_us, is_draining: true });
        Ok(Token::Refused(rate.level(full_us, now)))
    }

    /// Takes a token from a bucket that is not full, or else from one that is: no expression knows of the later of two
    /// moments.
    async fn try_take(
        &self,
        pk: &str,
        rate: &Rate,
        now: Timestamp,
        is_draining: bool,
    ) -> Result<Write, Error> {
        let expires_at = now.as_secs() + rate.window().as_secs() + EXPIRES_AFTER_S;
        let mut values = vec![
            (":now", number(microseconds(now))),
            (":cost", number(rate.cost_us())),
            (":expires_at", number(expires_at)),
        ];
        let (update, expression) = if is_draining {
            values.push((":latest", number(rate.latest_us(now))));
            let update = "SET #full_us = #full_us + :cost, #expires_at = :expires_at";
            (update, "#full_us > :now AND #full_us <= :latest")
        } else {
            let update = "SET #full_us = :now + :cost, #expires_at = :expires_at";
            (update, "attribute_not_exists(#full_us) OR #full_us <= :now")
        };
        let (table, key) = (&self.store.tables.runs, item::key(pk, MAIN));
        self.store.update(table, key, update, Condition { expression, values }).await
    }

    fn known(&self, pk: &str) -> Known {
        self.all_known().get(pk).copied().unwrap_or_default()
    }

    fn remember(&self, pk: String, met: Known) {
        let mut all = self.all_known();
        if all.len() >= MAX_KNOWN {
            // Whoever is forgotten costs a write more, once.
            all.clear();
        }
        let known = all.entry(pk).or_default();
        // Answers that overtake each other tell older news last.
        *known = Known { full_us: known.full_us.max(met.full_us), ..met };
    }

    fn all_known(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::store::fixture::{Database, Fault, at};

    fn rate(text: &str, burst: u32) -> Rate {
        Rate::new(text.parse().unwrap(), burst).unwrap()
    }

    fn later(milliseconds: u64) -> Timestamp {
        at(0).after(Duration::from_millis(milliseconds))
    }

    async fn take(buckets: &Buckets, rate: &Rate, now: Timestamp) -> Token {
        buckets.take(Rated::Workspace(&"demo".parse().unwrap()), rate, now).await.unwrap()
    }

    async fn is_taken(buckets: &Buckets, rate: &Rate, now: Timestamp) -> bool {
        matches!(take(buckets, rate, now).await, Token::Taken(_))
    }

    #[tokio::test]
    async fn a_burst_passes_and_then_as_many_as_the_rate_says() {
        let database = Database::start().await;
        let (buckets, rate) = (Buckets::new(database.store.clone()), rate("10/s", 3));
        for (milliseconds, taken) in [
            (0, true),
            (0, true),
            (0, true),
            (0, false),
            (99, false),
            (100, true),
            (100, false),
            (350, true),
            (350, true),
            (350, false),
            (5000, true),
            (5000, true),
            (5000, true),
            (5000, false),
        ] {
            assert_eq!(
                is_taken(&buckets, &rate, later(milliseconds)).await,
                taken,
                "{milliseconds}"
            );
        }
        let level = Level { remaining: 0, next_in: Duration::from_millis(50) };
        assert_eq!(take(&buckets, &rate, later(5050)).await, Token::Refused(level));
    }

    #[tokio::test]
    async fn a_token_is_one_write_and_a_refusal_that_is_known_is_none() {
        let database = Database::start().await;
        let (buckets, rate) = (Buckets::new(database.store.clone()), rate("10/s", 3));
        let writes = async |milliseconds| {
            take(&buckets, &rate, later(milliseconds)).await;
            database.wire.operations().len()
        };
        // A bucket that was full is thought to be so again, once.
        assert_eq!([writes(0).await, writes(0).await, writes(0).await], [1, 2, 1]);
        assert_eq!([writes(0).await, writes(50).await], [0, 0]);
        assert_eq!([writes(100).await, writes(200).await, writes(300).await], [1, 1, 1]);
        assert_eq!([writes(9000).await, writes(9400).await], [2, 1]);
    }

    #[tokio::test]
    async fn processes_that_know_nothing_of_each_other_share_a_bucket() {
        let database = Database::start().await;
        let processes = [(); 4].map(|()| Buckets::new(database.store.clone()));
        let rate = rate("100/s", 20);
        let mut taken = 0;
        for tick in 0..50 {
            let calls = processes.iter().cycle().take(25);
            let calls = calls.map(|buckets| is_taken(buckets, &rate, later(tick * 20)));
            taken += futures::future::join_all(calls).await.into_iter().filter(|it| *it).count();
        }
        // A whole burst, and two every twenty milliseconds of the 49 steps after it.
        assert_eq!(taken, 20 + 2 * 49);
    }

    #[tokio::test]
    async fn keys_and_workspaces_have_buckets_of_their_own() {
        let database = Database::start().await;
        let (buckets, rate) = (Buckets::new(database.store.clone()), rate("1/min", 1));
        let (workspace, other) = ("demo".parse().unwrap(), "other".parse().unwrap());
        let key = crate::auth::KeyToken::generate([1; 40]).id();
        for rated in [Rated::Workspace(&workspace), Rated::Workspace(&other), Rated::Key(&key)] {
            let first = buckets.take(rated, &rate, at(0)).await.unwrap();
            let second = buckets.take(rated, &rate, at(0)).await.unwrap();
            assert!(matches!((first, second), (Token::Taken(_), Token::Refused(_))), "{rated:?}");
        }
    }

    #[tokio::test]
    async fn a_lost_answer_costs_a_token_and_never_lets_one_through() {
        let database = Database::start().await;
        let (buckets, rate) = (Buckets::new(database.store.clone()), rate("1/min", 4));
        for _ in 0..2 {
            assert!(is_taken(&buckets, &rate, at(0)).await);
        }
        database.wire.meet(Fault::LoseAnswer);
        assert!(is_taken(&buckets, &rate, at(0)).await);
        assert!(!is_taken(&buckets, &rate, at(0)).await);
    }
}
