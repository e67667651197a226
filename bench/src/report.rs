//! Markdown.

use std::{
    fmt::{self, Display, Write},
    time::Duration,
};

use crate::{
    background::Batch,
    load::{CpuTime, Measured},
};

/// A table.
pub(crate) struct Table(String);

impl Table {
    /// One with these headings; all columns but the first hold numbers.
    pub(crate) fn new(headings: &[&str]) -> Self {
        let mut text = String::new();
        row(&mut text, headings);
        let lines: Vec<_> = headings
            .iter()
            .enumerate()
            .map(|(column, _)| if column == 0 { "---" } else { "--:" })
            .collect();
        row(&mut text, &lines);
        Self(text)
    }

    /// Adds a row.
    pub(crate) fn add(&mut self, cells: &[String]) {
        row(&mut self.0, cells);
    }
}

impl Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn row<T: Display>(text: &mut String, cells: &[T]) {
    for cell in cells {
        // Writing into a string does not fail.
        let _ = write!(text, "| {cell} ");
    }
    text.push_str("|\n");
}

/// The table of loads whose requests are counted as `item`.
pub(crate) fn requests(item: &str) -> Table {
    let (rate, cost) = (format!("{item}/s"), format!("server CPU/{item}"));
    Table::new(&[
        "clients",
        &rate,
        "p50",
        "p90",
        "p99",
        "max",
        &cost,
        "server cores",
        "generator cores",
        "faults",
    ])
}

/// A row of [`requests`].
pub(crate) fn requests_row(measured: &Measured) -> Vec<String> {
    let latency = |percent| milliseconds(measured.latencies.percentile(percent));
    vec![
        measured.clients.to_string(),
        rate(measured.count, measured.elapsed),
        latency(50),
        latency(90),
        latency(99),
        latency(100),
        per_item(measured.cpu, measured.count),
        cores(measured.cpu.server, measured.elapsed),
        cores(measured.cpu.generator, measured.elapsed),
        measured.faults.count().to_string(),
    ]
}

/// The table of batches whose runs begin with a `start`; many are `starts`.
pub(crate) fn batches(start: &str, starts: &str) -> Table {
    let (rate, p50, p99) = (format!("{starts}/s"), format!("{start} p50"), format!("{start} p99"));
    Table::new(&[
        "clients",
        "runs",
        &rate,
        &p50,
        &p99,
        "all completed after",
        "runs/s to completion",
        "server CPU/run",
        "server cores",
        "generator cores",
        "faults",
    ])
}

/// A row of [`batches`].
pub(crate) fn batches_row(batch: &Batch) -> Vec<String> {
    let Batch { starts, runs, elapsed, cpu, faults } = batch;
    let count = u32::try_from(runs.len()).unwrap_or(u32::MAX);
    vec![
        starts.clients.to_string(),
        count.to_string(),
        rate(starts.count, starts.elapsed),
        milliseconds(starts.latencies.percentile(50)),
        milliseconds(starts.latencies.percentile(99)),
        format!("{:.2} s", elapsed.as_secs_f64()),
        rate(count, *elapsed),
        per_item(*cpu, count),
        cores(cpu.server, *elapsed),
        cores(cpu.generator, *elapsed),
        (starts.faults.count() + faults.count()).to_string(),
    ]
}

/// `0.42 ms`.
pub(crate) fn milliseconds(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1e3)
}

/// `36.1 MB`, of a million bytes each.
pub(crate) fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
}

pub(crate) fn rate(count: u32, elapsed: Duration) -> String {
    format!("{:.0}", f64::from(count) / elapsed.as_secs_f64())
}

fn per_item(cpu: CpuTime, count: u32) -> String {
    cpu.server
        .checked_div(count)
        .map_or_else(|| "–".to_owned(), |cost| format!("{} µs", cost.as_micros()))
}

fn cores(cpu: Duration, elapsed: Duration) -> String {
    format!("{:.2}", cpu.as_secs_f64() / elapsed.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_markdown() {
        let mut table = Table::new(&["a", "b"]);
        table.add(&["x".to_owned(), "1".to_owned()]);
        assert_eq!(table.to_string(), "| a | b |\n| --- | --: |\n| x | 1 |\n");
    }

    #[test]
    fn numbers_come_with_their_units() {
        assert_eq!(milliseconds(Duration::from_micros(1_234)), "1.23 ms");
        assert_eq!(megabytes(36_190_000), "36.1 MB");
        assert_eq!(rate(3_000, Duration::from_secs(2)), "1500");
        assert_eq!(cores(Duration::from_secs(3), Duration::from_secs(2)), "1.50");
    }
}
