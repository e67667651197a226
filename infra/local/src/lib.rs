//! API Gateway, Lambda, `DynamoDB`, SQS, S3, EventBridge Scheduler and Parameter Store in one process.

pub mod dynamodb;
mod gateway;
mod in_process;
mod invoke;
pub mod private;
mod pump;
pub mod s3;
pub mod scheduler;
pub mod sqs;
pub mod ssm;
mod stack;
#[cfg(test)]
mod test_client;
mod write_ahead;

pub use in_process::{Recorder, Request};
pub use stack::{Endpoints, Options, Stack, StartError, Transport};
