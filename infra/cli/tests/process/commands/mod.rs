//! Commands on a running stack.

mod callbacks;
mod checks;
mod flows;
mod keys;
mod limits;
mod providers;
mod redact;
mod runs;
mod schedules;
mod triggers;
mod unreachable;
mod webhook_sends;
mod webhook_triggers;
mod webhooks;
mod workspaces;
