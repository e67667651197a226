//! Why a stack does not start.

use std::{io, net::SocketAddr, path::PathBuf};

use crate::{dynamodb, s3, scheduler, sqs, ssm};

/// A stack did not start, and nothing of it is left running.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The gateway's address is taken, or not this machine's.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// Another process holds the data folder.
    #[error("the data folder {} is in use by another process", folder.display())]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// The data folder cannot be made, locked or written to.
    #[error("the data folder {} cannot be used", folder.display())]
    Data {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The file of the tables cannot be opened.
    #[error(transparent)]
    OpenTables(#[from] dynamodb::OpenError),
    /// The file of the queues cannot be opened.
    #[error(transparent)]
    OpenQueues(#[from] sqs::OpenError),
    /// The file of the payloads cannot be opened.
    #[error(transparent)]
    OpenPayloads(#[from] s3::OpenError),
    /// The file of the schedules cannot be opened.
    #[error(transparent)]
    OpenSchedules(#[from] scheduler::OpenError),
    /// The file of the secrets cannot be opened.
    #[error(transparent)]
    OpenParameters(#[from] ssm::OpenError),
    /// The tables cannot be made.
    #[error("the tables cannot be made")]
    MakeTables(#[from] shared::store::Error),
    /// The queues cannot be made.
    #[error("the queues cannot be made")]
    MakeQueues(#[from] sqs::Error),
}
