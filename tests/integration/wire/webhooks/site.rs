//! An API whose clock stands where tests put it.

use local::Options;
use shared::{clock::Clock, model::Timestamp};
use support::{Answer, Api};

/// 2026-09-21, as in the published vectors.
pub(super) const NOW_S: u64 = 1_790_000_000;

/// An API at this time, in Unix seconds.
pub(super) async fn api_at(seconds: u64) -> Api {
    let clock = Clock::manual(Timestamp::from_millis(seconds * 1000));
    Api::with(Options { clock, ..Options::default() }).await
}

/// The run that an answer names, empty where it names none.
pub(super) fn run_of(answer: &Answer) -> String {
    answer.header("x-pf-run-id").to_owned()
}
