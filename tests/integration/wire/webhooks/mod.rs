//! Triggers' own URLs, as those who call them read them.

mod buttons;
mod deliveries;
mod expressions;
mod handshakes;
mod headers;
mod open;
mod refusals;
mod rotation;
mod site;
mod vectors;
