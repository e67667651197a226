//! `run logs`.

use clap::Args;
use serde::Serialize;

use super::{
    find::{find, look},
    line::{Line, Lines},
    watch::Pace,
};
use crate::{
    connect::Connection,
    error::Error,
    output::{Answer, Output, Progress},
};

/// Whose log, and how.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The run's id
    id: String,
    /// Go on until the run ends; with --json, one document a line
    #[arg(long, short)]
    follow: bool,
}

pub(super) async fn logs(
    arguments: &Arguments,
    connection: &Connection,
    output: Output,
) -> Result<(), Error> {
    let id = find(connection, &arguments.id).await?.run.id;
    let mut lines = Lines::of(id);
    if !arguments.follow {
        let mut log = Log { logs: Vec::new() };
        while let Some(page) = lines.next_page(connection).await? {
            log.logs.extend(page);
        }
        return output.answer(&log);
    }
    let mut progress = Progress::new();
    let mut pace = Pace::default();
    loop {
        // Looked at before its log: what a run has logged when it ended is all there is.
        let status = look(connection, id).await?.status;
        while let Some(page) = lines.next_page(connection).await? {
            progress.wipe();
            pace = Pace::default();
            for line in page {
                output.answer(&line)?;
            }
        }
        if status.is_terminal() {
            return Ok(());
        }
        progress.show(format!("… {status}"));
        pace.pause(connection).await;
    }
}

/// A whole log.
#[derive(Serialize)]
struct Log {
    logs: Vec<Line>,
}

impl Answer for Log {
    fn text(&self) -> String {
        self.logs.iter().map(Line::text).collect()
    }
}
