//! The results as markdown.

use std::time::Duration;

use crate::rounds::{Start, Subject};

/// Prints the medians; the first subject is what the others are compared with.
pub(crate) fn print(subjects: &[Subject]) {
    println!("| function | binary | first poll | | first answer | | warm answer |");
    println!("|---|--:|--:|--:|--:|--:|--:|");
    let Some(first) = subjects.first() else { return };
    for subject in subjects {
        let bytes = std::fs::metadata(&subject.binary).map(|file| file.len()).unwrap_or_default();
        let cells = [|start: &Start| start.first_poll, |start: &Start| start.first_answer].map(
            |time: fn(&Start) -> Duration| {
                let own = median(&subject.starts, time);
                let times = own.as_secs_f64() / median(&first.starts, time).as_secs_f64();
                format!("{:.2} ms | {times:.2}×", own.as_secs_f64() * 1000.0)
            },
        );
        let megabytes = bytes / 100_000;
        let (whole, tenth) = (megabytes / 10, megabytes % 10);
        let warm = median(&subject.starts, |start| start.warm_answer).as_secs_f64() * 1000.0;
        println!(
            "| {} | {whole}.{tenth} MB | {} | {warm:.2} ms |",
            subject.name,
            cells.join(" | ")
        );
    }
}

fn median(starts: &[Start], time: fn(&Start) -> Duration) -> Duration {
    let mut times: Vec<_> = starts.iter().map(time).collect();
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
