//! Files that a run is started with, as their names and types came.

/// What is known of a file without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name, without a folder.
    pub name: String,
    /// Its media type, as its sender declares it.
    pub content_type: String,
    /// Its length.
    pub size_bytes: u64,
}
