//! Runs whose callers wait for them.

use crate::{
    answer::{self, State},
    client::Client,
    load::Work,
    target::Target,
};

/// One caller, which says something else each time.
pub(crate) struct Waiting {
    target: Target,
    prefix: String,
    sent: u32,
    /// The ids of the runs.
    pub(crate) runs: Vec<String>,
}

impl Waiting {
    /// A caller whose messages begin with `prefix`.
    pub(crate) fn new(target: &Target, prefix: String) -> Self {
        Self { target: target.clone(), prefix, sent: 0, runs: Vec::new() }
    }
}

impl Work for Waiting {
    async fn once(&mut self, client: &mut Client) -> Result<(), String> {
        let message = format!("{}{:08}", self.prefix, self.sent);
        self.sent += 1;
        let (status, body) = client.send(self.target.waiting(&message)).await?;
        match answer::read(status, &body, &message)? {
            (run, State::Completed) => self.runs.push(run),
            (run, State::Pending) => return Err(format!("run {run} was not waited for")),
        }
        Ok(())
    }
}

/// How many of `runs` are there more than once. Sorts them.
pub(crate) fn count_duplicates(runs: &mut [String]) -> usize {
    runs.sort_unstable();
    runs.windows(2).filter(|pair| matches!(pair, [one, next] if one == next)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_ids_are_counted_wherever_they_stand() {
        let mut runs = ["b", "a", "c", "a", "b", "a"].map(ToOwned::to_owned);
        assert_eq!(count_duplicates(&mut runs), 3);
        assert_eq!(count_duplicates(&mut ["a".to_owned()]), 0);
    }
}
