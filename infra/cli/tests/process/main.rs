//! The built command as its users have it: a process that is started, called, killed and read.
#![cfg(test)]

mod calls;
mod commands;
mod crash;
mod endings;
mod first_start;
mod flows;
mod logs;
mod site;
mod wire;
