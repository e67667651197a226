//! Limits hold however many ask at once in however many processes, and whoever dies.

mod counts;
mod deaths;
mod firings;
mod gate;
mod limited;
