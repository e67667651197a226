//! A run that listens is answered once, by whoever comes first and in time; whatever dies meanwhile, and
//! whatever comes twice.

mod answers;
mod deaths;
mod interleavings;
mod scene;
