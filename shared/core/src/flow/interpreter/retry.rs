//! Whether an error is caught, and how long to wait before another try. No effects.

use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::{
    flow::{Backoff, ErrorFilter, Retry, errors::same_kind},
    model::{RunError, RunId},
};

/// Whether `error` has all the members that `filter` asks for.
pub(super) fn matches(filter: &ErrorFilter, error: &RunError) -> bool {
    fn same<T: PartialEq>(wanted: Option<&T>, found: Option<&T>) -> bool {
        wanted.is_none() || wanted == found
    }
    filter.kind.as_ref().is_none_or(|kind| same_kind(kind, &error.kind))
        && same(filter.status.as_ref(), Some(&error.status))
        && same(filter.title.as_ref(), Some(&error.title))
        && same(filter.detail.as_ref(), error.detail.as_ref())
        && same(filter.instance.as_ref(), error.instance.as_ref())
}

/// How long to wait after try number `failed`. The spread looks random, but is always the same for
/// one run and `key`: a resumed run must come to the same decisions.
pub(super) fn delay(retry: &Retry, failed: u32, run: RunId, key: &str) -> Duration {
    let factor = match retry.backoff {
        Backoff::Constant => 1,
        Backoff::Linear => failed,
        Backoff::Exponential => 2_u32.saturating_pow(failed.saturating_sub(1)),
    };
    let delay = retry.delay.saturating_mul(factor);
    let Some((from, to)) = retry.jitter else { return delay };
    let range = to.saturating_sub(from);
    delay.saturating_add(from).saturating_add(range.mul_f64(fraction(run, key)))
}

/// From 0 to 1.
fn fraction(run: RunId, key: &str) -> f64 {
    let hash = Sha256::new().chain_update(run.to_string()).chain_update(key).finalize();
    let number = hash.iter().take(4).fold(0, |number, byte| number << 8 | u32::from(*byte));
    f64::from(number) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    fn retry(backoff: Backoff) -> Retry {
        Retry {
            when: None,
            except_when: None,
            delay: Duration::from_secs(3),
            backoff,
            max_attempts: None,
            attempt_timeout: None,
            total_timeout: None,
            jitter: None,
        }
    }

    fn run() -> RunId {
        RunId::new(Timestamp::from_millis(1), [1; 10])
    }

    #[test]
    fn delays_grow_as_the_backoff_says() {
        for (backoff, seconds) in [
            (Backoff::Constant, [3, 3, 3, 3]),
            (Backoff::Linear, [3, 6, 9, 12]),
            (Backoff::Exponential, [3, 6, 12, 24]),
        ] {
            for (failed, seconds) in (1..).zip(seconds) {
                let delay = delay(&retry(backoff), failed, run(), "/do/0/x");
                assert_eq!(delay, Duration::from_secs(seconds), "{backoff:?} {failed}");
            }
        }
    }

    #[test]
    fn an_exponential_delay_never_overflows() {
        let mut retry = retry(Backoff::Exponential);
        retry.jitter = Some((Duration::ZERO, Duration::MAX));
        assert!(delay(&retry, u32::MAX, run(), "") > Duration::from_secs(u64::from(u32::MAX)));
    }

    #[test]
    fn a_spread_stays_in_its_range_and_is_the_same_every_time() {
        let mut retry = retry(Backoff::Constant);
        retry.jitter = Some((Duration::from_secs(1), Duration::from_secs(2)));
        let delays: Vec<_> =
            (1..50).map(|failed| delay(&retry, failed, run(), &failed.to_string())).collect();
        assert!(delays.iter().all(|delay| (4..=5).contains(&delay.as_secs())));
        assert!(delays.iter().collect::<std::collections::HashSet<_>>().len() > 40);
        assert_eq!(delays[6], delay(&retry, 7, run(), "7"));
    }
}
