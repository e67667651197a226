//! From a received message to the event that a function gets.

use std::collections::HashMap;

use aws_lambda_events::{
    encodings::Base64Data,
    sqs::{SqsEvent, SqsMessage, SqsMessageAttribute},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::sqs::{Attribute, Received};

/// An event with one record: the mapping's batch size is one, so that a slow run holds up no other.
pub(super) fn event(received: &Received, queue_arn: &str) -> SqsEvent {
    let mut event = SqsEvent::default();
    event.records = vec![record(received, queue_arn)];
    event
}

fn record(received: &Received, queue_arn: &str) -> SqsMessage {
    let content = &received.content;
    let mut record = SqsMessage::default();
    record.message_id = Some(content.message_id.to_string());
    record.receipt_handle = Some(received.receipt_handle.clone());
    record.body = Some(content.body.clone());
    record.md5_of_body = Some(content.body_md5.clone());
    record.attributes = system_attributes(received);
    record.message_attributes =
        content.attributes.iter().map(|(name, value)| (name.clone(), attribute(value))).collect();
    record.event_source_arn = Some(queue_arn.to_owned());
    record.event_source = Some("aws:sqs".to_owned());
    // The fourth field of an ARN (AWS General Reference).
    record.aws_region = queue_arn.split(':').nth(3).map(str::to_owned);
    record
}

fn system_attributes(received: &Received) -> HashMap<String, String> {
    let content = &received.content;
    let optional = [
        ("MessageGroupId", content.group_id.as_deref()),
        ("AWSTraceHeader", content.trace_header.as_deref()),
        ("DeadLetterQueueSourceArn", received.dead_letter_source.as_deref()),
    ];
    [
        ("ApproximateReceiveCount", received.receive_count.to_string()),
        ("ApproximateFirstReceiveTimestamp", received.first_received_at_ms.to_string()),
        ("SentTimestamp", content.sent_at_ms.to_string()),
        ("SenderId", "000000000000".to_owned()),
    ]
    .into_iter()
    .chain(optional.into_iter().filter_map(|(name, value)| Some((name, value?.to_owned()))))
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

fn attribute(attribute: &Attribute) -> SqsMessageAttribute {
    let mut given = SqsMessageAttribute::default();
    given.data_type = Some(attribute.data_type.clone());
    given.string_value.clone_from(&attribute.string_value);
    let binary = attribute.binary_value.as_ref().and_then(|text| STANDARD.decode(text).ok());
    given.binary_value = binary.map(|bytes| {
        let mut data = Base64Data::default();
        *data = bytes;
        data
    });
    given
}
