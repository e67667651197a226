//! Refusals, in the service's own codes.

/// A request that is not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is a schedule of that name.
    #[error("Schedule {0} already exists.")]
    Conflict(String),
    /// There is none.
    #[error("Schedule {0} does not exist.")]
    ResourceNotFound(String),
    /// A member is missing, or cannot be meant.
    #[error("{0}")]
    Validation(String),
    /// The file could not be written; nothing was done.
    #[error("The schedules could not be stored.")]
    Storage(#[from] rusqlite::Error),
}

/// The file of the schedules could not be opened or read.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// `SQLite` refused.
    #[error("the file of the schedules cannot be opened")]
    Sqlite(#[from] rusqlite::Error),
    /// A row is not of this program's making.
    #[error("the file of the schedules is damaged")]
    Damaged(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// The error's name in the API model, and the HTTP status.
    pub(crate) const fn code(&self) -> (&'static str, u16) {
        match self {
            Self::Conflict(_) => ("ConflictException", 409),
            Self::ResourceNotFound(_) => ("ResourceNotFoundException", 404),
            Self::Validation(_) => ("ValidationException", 400),
            Self::Storage(_) => ("InternalServerException", 500),
        }
    }
}
