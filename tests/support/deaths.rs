//! A process that dies at one request after another.

use std::ops::Range;

use crate::Moment;

/// Lets a process die before each of its requests, and after each, until it comes to its end; `dies_at` says whether it came
/// as far as the request of that number. Of either kind there are as many as `requests` has.
pub async fn die_at_every_request(
    requests: Range<usize>,
    mut dies_at: impl AsyncFnMut(usize, Moment) -> bool,
) {
    for moment in [Moment::Before, Moment::After] {
        let mut count = 0;
        while Box::pin(dies_at(count, moment)).await {
            count += 1;
            assert!(count < requests.end, "the process never comes to an end");
        }
        assert!(requests.contains(&count), "only {count} requests");
    }
}
