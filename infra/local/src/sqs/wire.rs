//! The documents of the SQS JSON protocol, as far as they are spoken here. Members without meaning on one machine are
//! skipped, as a service skips the members of a newer model.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::message::{Attribute, Outgoing};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CreateQueue {
    pub(crate) queue_name: String,
    #[serde(default)]
    pub(crate) attributes: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetQueueUrl {
    pub(crate) queue_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListQueues {
    #[serde(default)]
    pub(crate) queue_name_prefix: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct OnQueue<'a> {
    #[serde(borrow)]
    pub(crate) queue_url: Cow<'a, str>,
    #[serde(default)]
    pub(crate) attribute_names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SetQueueAttributes {
    pub(crate) queue_url: String,
    pub(crate) attributes: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SendMessage<'a> {
    #[serde(borrow)]
    pub(crate) queue_url: Cow<'a, str>,
    #[serde(flatten)]
    pub(crate) message: MessageRequest,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct MessageRequest {
    message_body: String,
    delay_seconds: Option<u32>,
    #[serde(default)]
    message_attributes: BTreeMap<String, Attribute>,
    #[serde(default)]
    message_system_attributes: SystemAttributes,
    message_group_id: Option<String>,
}

#[derive(Default, Deserialize)]
struct SystemAttributes {
    #[serde(rename = "AWSTraceHeader")]
    trace_header: Option<Attribute>,
}

impl From<MessageRequest> for Outgoing {
    fn from(request: MessageRequest) -> Self {
        Self {
            body: request.message_body,
            delay_s: request.delay_seconds,
            attributes: request.message_attributes,
            group_id: request.message_group_id,
            trace_header: request
                .message_system_attributes
                .trace_header
                .and_then(|header| header.string_value),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ReceiveMessage<'a> {
    #[serde(borrow)]
    pub(crate) queue_url: Cow<'a, str>,
    pub(crate) max_number_of_messages: Option<usize>,
    pub(crate) visibility_timeout: Option<u32>,
    pub(crate) wait_time_seconds: Option<u32>,
    /// The older name of the next member.
    #[serde(default)]
    pub(crate) attribute_names: Vec<String>,
    #[serde(default)]
    pub(crate) message_system_attribute_names: Vec<String>,
    #[serde(default)]
    pub(crate) message_attribute_names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DeleteMessage<'a> {
    #[serde(borrow)]
    pub(crate) queue_url: Cow<'a, str>,
    #[serde(flatten)]
    pub(crate) entry: DeleteEntry,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DeleteEntry {
    pub(crate) receipt_handle: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ChangeMessageVisibility<'a> {
    #[serde(borrow)]
    pub(crate) queue_url: Cow<'a, str>,
    #[serde(flatten)]
    pub(crate) entry: VisibilityEntry,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct VisibilityEntry {
    pub(crate) receipt_handle: String,
    pub(crate) visibility_timeout: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Batch<E> {
    pub(crate) queue_url: String,
    pub(crate) entries: Vec<BatchEntry<E>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct BatchEntry<E> {
    pub(crate) id: String,
    #[serde(flatten)]
    pub(crate) entry: E,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct QueueUrl {
    pub(crate) queue_url: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct QueueUrls {
    pub(crate) queue_urls: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct QueueAttributes {
    pub(crate) attributes: BTreeMap<String, String>,
}

#[derive(Serialize)]
pub(crate) struct Nothing {}

#[derive(Serialize)]
pub(crate) struct SentMessage {
    #[serde(rename = "MessageId")]
    pub(crate) message_id: String,
    #[serde(rename = "MD5OfMessageBody")]
    pub(crate) body_md5: String,
    #[serde(rename = "MD5OfMessageAttributes", skip_serializing_if = "Option::is_none")]
    pub(crate) attributes_md5: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct BatchAnswer<T> {
    pub(crate) successful: Vec<Successful<T>>,
    pub(crate) failed: Vec<Failed>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Successful<T> {
    pub(crate) id: String,
    #[serde(flatten)]
    pub(crate) answer: T,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Failed {
    pub(crate) id: String,
    pub(crate) sender_fault: bool,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Messages<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) messages: Vec<ReceivedMessage<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ReceivedMessage<'a> {
    pub(crate) message_id: String,
    pub(crate) receipt_handle: &'a str,
    pub(crate) body: &'a str,
    #[serde(rename = "MD5OfBody")]
    pub(crate) body_md5: &'a str,
    #[serde(rename = "MD5OfMessageAttributes", skip_serializing_if = "Option::is_none")]
    pub(crate) attributes_md5: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) attributes: BTreeMap<&'static str, Cow<'a, str>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) message_attributes: BTreeMap<String, Attribute>,
}

#[derive(Serialize)]
pub(crate) struct Refusal {
    #[serde(rename = "__type")]
    pub(crate) shape: &'static str,
    pub(crate) message: String,
}
