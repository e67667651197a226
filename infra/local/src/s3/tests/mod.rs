//! The bucket as SDKs and plain HTTP meet it, and what its file keeps.

mod persistence;
mod presigned;
mod protocol;
