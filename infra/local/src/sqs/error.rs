//! What SQS refuses, and under which names. Names and status are those of the service's API reference.

/// A refusal. Nothing has changed when one is returned, and the same request is refused again, except for
/// [`Error::Storage`], after which the outcome is unknown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No queue has this name.
    #[error("The specified queue does not exist.")]
    QueueDoesNotExist,
    /// A queue of this name exists with other attributes.
    #[error("A queue already exists with the same name and a different value for attribute {0}.")]
    QueueNameExists(String),
    /// The handle was not issued by this queue, or its message is gone.
    #[error("The input receipt handle is invalid.")]
    ReceiptHandleIsInvalid,
    /// The message waits to be received: there is no visibility to change.
    #[error("The specified message isn't in flight.")]
    MessageNotInflight,
    /// The body holds characters outside XML 1.0.
    #[error(
        "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF"
    )]
    InvalidMessageContents,
    /// A parameter is out of its range or form.
    #[error("{0}")]
    InvalidParameterValue(String),
    /// A parameter is not there.
    #[error("The request must contain the parameter {0}.")]
    MissingParameter(&'static str),
    /// A queue attribute that does not exist here.
    #[error("Unknown Attribute {0}.")]
    InvalidAttributeName(String),
    /// A queue attribute out of its range or form.
    #[error("Invalid value for the parameter {0}.")]
    InvalidAttributeValue(String),
    /// A batch without entries.
    #[error("There should be at least one entry in the request.")]
    EmptyBatchRequest,
    /// More than 10 entries (SQS quotas, "Message batch").
    #[error("Maximum number of entries per request are 10. You have sent {0}.")]
    TooManyEntriesInBatchRequest(usize),
    /// Two entries with the same id.
    #[error("Id {0} repeated.")]
    BatchEntryIdsNotDistinct(String),
    /// An entry's id outside `[A-Za-z0-9_-]{1,80}`.
    #[error(
        "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long."
    )]
    InvalidBatchEntryId,
    /// The entries together are longer than one message may be.
    #[error("Batch requests cannot be longer than 1048576 bytes. You have sent {0} bytes.")]
    BatchRequestTooLong(usize),
    /// The body is not the JSON of this operation.
    #[error("{0}")]
    Serialization(String),
    /// The operation does not exist here.
    #[error("The operation {0} is not known.")]
    UnknownOperation(String),
    /// The log could not be written. Whether the request took effect is unknown until the process starts again.
    #[error("The queues could not be stored.")]
    Storage,
}

impl Error {
    /// The shape's name in the API model, for `__type`.
    pub(crate) fn shape(&self) -> &'static str {
        match self {
            Self::QueueDoesNotExist => "com.amazonaws.sqs#QueueDoesNotExist",
            Self::QueueNameExists(_) => "com.amazonaws.sqs#QueueNameExists",
            Self::ReceiptHandleIsInvalid => "com.amazonaws.sqs#ReceiptHandleIsInvalid",
            Self::MessageNotInflight => "com.amazonaws.sqs#MessageNotInflight",
            Self::InvalidMessageContents => "com.amazonaws.sqs#InvalidMessageContents",
            Self::InvalidParameterValue(_) => {
                "com.amazon.coral.service#InvalidParameterValueException"
            }
            Self::MissingParameter(_) => {
                "com.amazon.coral.service#MissingRequiredParameterException"
            }
            Self::InvalidAttributeName(_) => "com.amazonaws.sqs#InvalidAttributeName",
            Self::InvalidAttributeValue(_) => "com.amazonaws.sqs#InvalidAttributeValue",
            Self::EmptyBatchRequest => "com.amazonaws.sqs#EmptyBatchRequest",
            Self::TooManyEntriesInBatchRequest(_) => {
                "com.amazonaws.sqs#TooManyEntriesInBatchRequest"
            }
            Self::BatchEntryIdsNotDistinct(_) => "com.amazonaws.sqs#BatchEntryIdsNotDistinct",
            Self::InvalidBatchEntryId => "com.amazonaws.sqs#InvalidBatchEntryId",
            Self::BatchRequestTooLong(_) => "com.amazonaws.sqs#BatchRequestTooLong",
            Self::Serialization(_) => "com.amazon.coral.service#SerializationException",
            Self::UnknownOperation(_) => "com.amazon.coral.service#UnknownOperationException",
            Self::Storage => "com.amazon.coral.service#InternalFailure",
        }
    }

    /// The code of the older query protocol, which the SDKs still match errors by.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::QueueDoesNotExist => "AWS.SimpleQueueService.NonExistentQueue",
            Self::QueueNameExists(_) => "QueueAlreadyExists",
            Self::ReceiptHandleIsInvalid => "ReceiptHandleIsInvalid",
            Self::MessageNotInflight => "AWS.SimpleQueueService.MessageNotInflight",
            Self::InvalidMessageContents => "InvalidMessageContents",
            Self::InvalidParameterValue(_) => "InvalidParameterValue",
            Self::MissingParameter(_) => "MissingParameter",
            Self::InvalidAttributeName(_) => "InvalidAttributeName",
            Self::InvalidAttributeValue(_) => "InvalidAttributeValue",
            Self::EmptyBatchRequest => "AWS.SimpleQueueService.EmptyBatchRequest",
            Self::TooManyEntriesInBatchRequest(_) => {
                "AWS.SimpleQueueService.TooManyEntriesInBatchRequest"
            }
            Self::BatchEntryIdsNotDistinct(_) => "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
            Self::InvalidBatchEntryId => "AWS.SimpleQueueService.InvalidBatchEntryId",
            Self::BatchRequestTooLong(_) => "AWS.SimpleQueueService.BatchRequestTooLong",
            Self::Serialization(_) => "SerializationException",
            Self::UnknownOperation(_) => "UnknownOperationException",
            Self::Storage => "InternalFailure",
        }
    }

    /// Whether the sender has to change the request; else the service failed and the SDK tries again.
    pub(crate) fn is_senders_fault(&self) -> bool {
        !matches!(self, Self::Storage)
    }
}
