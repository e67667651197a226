//! The command line.

use std::{path::PathBuf, time::Duration};

use clap::{Parser, ValueEnum};

/// Measures the local stack under load, and the engine by itself.
#[derive(Debug, Parser)]
pub(crate) struct Arguments {
    /// The program that serves the stack.
    #[arg(long, default_value = "target/release/trigger-api")]
    pub(crate) server: PathBuf,
    /// Where the stack's data folder is made, and removed afterwards. Must be on a disk for the numbers to mean one.
    #[arg(long, default_value = "target")]
    pub(crate) scratch: PathBuf,
    /// How long each number of clients is measured.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
    /// One second each: shows that everything works, measures little.
    #[arg(long, conflicts_with = "seconds")]
    quick: bool,
    /// What to measure; everything unless said.
    #[arg(long, value_delimiter = ',')]
    only: Vec<Section>,
}

/// Something to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Section {
    /// Runs whose callers wait for them.
    Waiting,
    /// Runs in the background, from start to completion.
    Background,
    /// Deliveries of a webhook, from the signed request to completion.
    Webhook,
    /// Reads of ended runs.
    Status,
    /// Runs that are followed as they happen.
    Streams,
    /// The interpreter by itself.
    Engine,
}

impl Arguments {
    /// Whether `section` is to be measured.
    pub(crate) fn wants(&self, section: Section) -> bool {
        self.only.is_empty() || self.only.contains(&section)
    }

    /// Whether anything is to be measured that needs the stack.
    pub(crate) fn wants_server(&self) -> bool {
        let engine = [Section::Engine];
        self.only.is_empty() || self.only.iter().any(|section| !engine.contains(section))
    }

    /// How long each number of clients is measured.
    pub(crate) fn duration(&self) -> Duration {
        if self.quick { Duration::from_secs(1) } else { Duration::from_secs(self.seconds.into()) }
    }
}
