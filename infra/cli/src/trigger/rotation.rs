//! What replaces one another in a trigger's webhook, secrets and tokens: two of a kind work at a time, and the last one
//! without an end stays. Knows nothing of where they are kept.

use shared::model::{SecretReference, Timestamp, UrlTokenRecord};

use crate::error::Error;

/// Most of a kind that work at a time: one, and the one that takes its place.
const MAX_LIVE: usize = 2;

/// What can end, and be replaced.
pub(super) trait Replaceable {
    /// What people call it.
    const NAME: &str;
    /// How another one is made.
    const REPLACED_BY: &str;

    fn id(&self) -> &str;
    fn expires_at(&self) -> Option<Timestamp>;
    fn expire(&mut self, at: Timestamp);

    /// Whether it works at `now`.
    fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at().is_none_or(|expiry| now < expiry)
    }
}

impl Replaceable for SecretReference {
    const NAME: &str = "secret";
    const REPLACED_BY: &str = "trigger secret add";

    fn id(&self) -> &str {
        &self.id
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    fn expire(&mut self, at: Timestamp) {
        self.expires_at = Some(at);
    }
}

impl Replaceable for UrlTokenRecord {
    const NAME: &str = "URL";
    const REPLACED_BY: &str = "trigger url rotate";

    fn id(&self) -> &str {
        &self.id
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    fn expire(&mut self, at: Timestamp) {
        self.expires_at = Some(at);
    }
}

/// Refuses one more where two work.
pub(super) fn check_room<T: Replaceable>(items: &[T], now: Timestamp) -> Result<(), Error> {
    let live: Vec<_> = items.iter().filter(|item| item.is_live(now)).map(T::id).collect();
    if live.len() < MAX_LIVE {
        return Ok(());
    }
    let (name, ids) = (T::NAME, live.join(" and "));
    let group = name.to_lowercase();
    Err(Error::Failed(format!(
        "two of its {name}s work already, {ids}: end one first, with `trigger {group} expire`"
    )))
}

/// Lets one end at `at`. Without `force` one without an end has to be left, since nothing would work after the last.
pub(super) fn expire<T: Replaceable>(
    items: &mut [T],
    id: &str,
    (now, at): (Timestamp, Timestamp),
    force: bool,
) -> Result<(), Error> {
    let name = T::NAME;
    let other_stays = items.iter().any(|item| item.id() != id && item.expires_at().is_none());
    let Some(item) = items.iter_mut().find(|item| item.id() == id) else {
        return Err(Error::NotFound(format!("the trigger has no {name} `{id}`")));
    };
    if !item.is_live(now) {
        return Err(Error::Failed(format!("the {name} `{id}` has ended already")));
    }
    let is_sooner = item.expires_at().is_none_or(|end| at < end);
    if is_sooner && !other_stays && !force {
        let replaced_by = T::REPLACED_BY;
        return Err(Error::Failed(format!(
            "no {name} without an end would be left, and then every request is refused: make another one first, with \
             `{replaced_by}`, or say --force"
        )));
    }
    item.expire(at);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(100);

    fn secrets(ends: &[(&str, Option<u64>)]) -> Vec<SecretReference> {
        let secret = |(id, end): &(&str, Option<u64>)| SecretReference {
            id: (*id).to_owned(),
            added_at: Timestamp::default(),
            expires_at: end.map(Timestamp::from_millis),
        };
        ends.iter().map(secret).collect()
    }

    #[test]
    fn two_work_at_a_time() {
        for (ends, has_room) in [
            (&[][..], true),
            (&[("a", None)], true),
            (&[("a", Some(100)), ("b", None)], true),
            (&[("a", Some(101)), ("b", None)], false),
            (&[("a", None), ("b", None)], false),
        ] {
            assert_eq!(check_room(&secrets(ends), NOW).is_ok(), has_room, "{ends:?}");
        }
        let told = check_room(&secrets(&[("a", None), ("b", None)]), NOW).unwrap_err().to_string();
        assert!(told.contains("a and b") && told.contains("`trigger secret expire`"), "{told}");
    }

    #[test]
    fn one_without_an_end_is_left_unless_forced() {
        for (ends, id, at, needs_force) in [
            (&[("a", None), ("b", None)][..], "a", 100, false),
            (&[("a", None)], "a", 100, true),
            (&[("a", None)], "a", 900, true),
            // The other one ends, too.
            (&[("a", None), ("b", Some(900))], "a", 500, true),
            (&[("a", Some(900)), ("b", None)], "a", 500, false),
            // Nothing is lost where it works for longer.
            (&[("a", Some(500))], "a", 900, false),
            (&[("a", Some(500))], "a", 400, true),
        ] {
            let times = (NOW, Timestamp::from_millis(at));
            let mut items = secrets(ends);
            assert_eq!(expire(&mut items, id, times, false).is_err(), needs_force, "{ends:?}");
            assert_eq!(items == secrets(ends), needs_force, "a refusal changes nothing");
            let mut items = secrets(ends);
            expire(&mut items, id, times, true).unwrap();
            let ended = items.iter().find(|item| item.id == id).unwrap();
            assert_eq!(ended.expires_at, Some(times.1));
        }
    }

    #[test]
    fn what_is_not_there_or_has_ended_is_not_ended_again() {
        let mut items = secrets(&[("a", Some(100)), ("b", None)]);
        let times = (NOW, Timestamp::from_millis(200));
        assert_eq!(expire(&mut items, "c", times, true).unwrap_err().code(), 3);
        assert_eq!(expire(&mut items, "a", times, true).unwrap_err().code(), 1);
    }
}
