//! API Gateway, Lambda, DynamoDB and SQS in one process.
