//! The module against real listeners on loopback.

mod addresses;
mod answers;
mod connections;
mod incoming;
mod network;
mod outcomes;
mod redirects;
mod requests;
mod server;
mod targets;

pub(super) use network::Network;
