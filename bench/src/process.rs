//! What Linux says about a process: processor time and memory.

use std::{fs, io, time::Duration};

/// Length of a tick in `/proc/<pid>/stat`: `USER_HZ` is 100 on every architecture that Rust and Linux share.
const TICK: Duration = Duration::from_millis(10);

/// A running process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Process(pub(crate) u32);

impl Process {
    /// This one.
    pub(crate) fn own() -> Self {
        Self(std::process::id())
    }

    /// Processor time used so far, user and system, all threads.
    pub(crate) fn cpu_time(self) -> io::Result<Duration> {
        let text = fs::read_to_string(format!("/proc/{}/stat", self.0))?;
        ticks(&text)
            .map(|ticks| TICK * ticks)
            .ok_or_else(|| io::Error::other("/proc/<pid>/stat has another form"))
    }

    /// Memory in use now, in bytes.
    pub(crate) fn resident_bytes(self) -> io::Result<u64> {
        let text = fs::read_to_string(format!("/proc/{}/status", self.0))?;
        resident(&text).ok_or_else(|| io::Error::other("/proc/<pid>/status has no VmRSS"))
    }
}

/// Fields 14 and 15 (proc(5)). The second field, the name in brackets, may itself hold spaces and brackets.
fn ticks(stat: &str) -> Option<u32> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let user: u32 = fields.next()?.parse().ok()?;
    let system: u32 = fields.next()?.parse().ok()?;
    Some(user + system)
}

fn resident(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_found_behind_a_name_with_brackets() {
        let stat = "7 (a) b (c)) S 1 7 7 0 -1 4194560 1 0 0 0 31 11 0 0 20 0 9 0 55 1 2 3";
        assert_eq!(ticks(stat), Some(42));
    }

    #[test]
    fn memory_is_read_in_bytes() {
        assert_eq!(resident("Name:\tx\nVmHWM:\t  90 kB\nVmRSS:\t   64 kB\n"), Some(65536));
    }

    #[test]
    fn this_process_has_both() {
        Process::own().cpu_time().unwrap();
        assert!(Process::own().resident_bytes().unwrap() > 100_000);
    }
}
