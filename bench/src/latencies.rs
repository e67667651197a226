//! Latencies and their percentiles. All are kept, in four bytes each: exact, and cheaper to add to than buckets.

use std::time::Duration;

/// Latencies in microseconds, in no order.
#[derive(Debug, Default)]
pub(crate) struct Latencies(Vec<u32>);

impl Latencies {
    /// Adds one. Over an hour counts as an hour and a bit.
    pub(crate) fn add(&mut self, latency: Duration) {
        self.0.push(u32::try_from(latency.as_micros()).unwrap_or(u32::MAX));
    }

    /// Adds all of `others`.
    pub(crate) fn merge(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    /// In order, to be read.
    pub(crate) fn sorted(mut self) -> Sorted {
        self.0.sort_unstable();
        Sorted(self.0)
    }
}

/// Latencies in order.
#[derive(Debug)]
pub(crate) struct Sorted(Vec<u32>);

impl Sorted {
    /// The smallest latency that `percent` of all do not exceed (nearest rank); zero where there are none.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let rank = (self.0.len() * percent).div_ceil(100);
        let micros = self.0.get(rank.saturating_sub(1)).copied().unwrap_or_default();
        Duration::from_micros(micros.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_nearest_rank() {
        let mut latencies = Latencies::default();
        for micros in (1..=200).rev() {
            latencies.add(Duration::from_micros(micros));
        }
        assert_eq!(latencies.count(), 200);
        let sorted = latencies.sorted();
        let micros = [0, 1, 50, 99, 100].map(|percent| sorted.percentile(percent).as_micros());
        assert_eq!(micros, [1, 2, 100, 198, 200]);
    }

    #[test]
    fn no_latencies_have_no_percentiles() {
        assert_eq!(Latencies::default().sorted().percentile(99), Duration::ZERO);
    }
}
