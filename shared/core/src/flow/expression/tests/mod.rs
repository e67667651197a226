//! Tests of whole expressions.

mod hostile;
mod interface;
mod ordinary;
mod soup;
