//! API Gateway, Lambda, `DynamoDB` and SQS in one process.

pub mod dynamodb;
mod in_process;
pub mod sqs;

pub use in_process::{Recorder, Request};
