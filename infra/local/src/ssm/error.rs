//! Refusals, in the service's own codes.

/// A request that is not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is a parameter of that name, and it was not asked to be overwritten.
    #[error(
        "The parameter already exists. To overwrite this value, set the overwrite option in the request to true."
    )]
    AlreadyExists,
    /// The name has more levels than 15.
    #[error("A parameter name has 15 levels at most.")]
    TooDeep,
    /// A member is missing, or cannot be meant.
    #[error("{0}")]
    Validation(String),
    /// The operation does not exist here.
    #[error("The operation {0} is not known.")]
    UnknownOperation(String),
    /// The file could not be written or read; nothing was done.
    #[error("The parameters could not be stored.")]
    Storage(#[from] rusqlite::Error),
}

/// The file of the parameters could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The system refused.
    #[error("the file of the parameters cannot be made")]
    File(#[from] std::io::Error),
    /// `SQLite` refused.
    #[error("the file of the parameters cannot be opened")]
    Sqlite(#[from] rusqlite::Error),
}

impl Error {
    /// The error's name in the API model, and the HTTP status.
    pub(super) const fn code(&self) -> (&'static str, u16) {
        match self {
            Self::AlreadyExists => ("ParameterAlreadyExists", 400),
            Self::TooDeep => ("HierarchyLevelLimitExceededException", 400),
            Self::Validation(_) => ("ValidationException", 400),
            Self::UnknownOperation(_) => ("UnknownOperationException", 400),
            Self::Storage(_) => ("InternalServerError", 500),
        }
    }
}
