//! From the JSON of one request to the JSON of its answer. Both front ends, the socket and the SDK in this process, come
//! through here.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::batch;
use super::engine::Engine;
use super::error::Error;
use super::message::{Attribute, Received, attributes_md5};
use super::state::Sent;
use super::wire;
use crate::in_process::Answer;

/// Answers one request. `host` is the authority in the URLs of queues.
pub(crate) async fn answer(engine: &Engine, host: &str, operation: &str, body: &[u8]) -> Answer {
    match run(engine, host, operation, body).await {
        Ok(body) => Answer { status: 200, query_error: None, body },
        Err(error) => {
            let (status, party) =
                if error.is_senders_fault() { (400, "Sender") } else { (500, "Receiver") };
            let refusal = wire::Refusal { shape: error.shape(), message: error.to_string() };
            Answer {
                status,
                query_error: Some(format!("{};{party}", error.code())),
                body: serde_json::to_vec(&refusal).unwrap_or_default(),
            }
        }
    }
}

async fn run(engine: &Engine, host: &str, operation: &str, body: &[u8]) -> Result<Vec<u8>, Error> {
    match operation {
        "SendMessage" => {
            let request: wire::SendMessage<'_> = parse(body)?;
            let sent = engine.send(queue_of(&request.queue_url), request.message.into()).await?;
            render(&sent_message(sent))
        }
        "ReceiveMessage" => receive(engine, parse(body)?).await,
        "DeleteMessage" => {
            let request: wire::DeleteMessage<'_> = parse(body)?;
            engine.delete(queue_of(&request.queue_url), &request.entry.receipt_handle).await?;
            render(&wire::Nothing {})
        }
        "ChangeMessageVisibility" => {
            let request: wire::ChangeMessageVisibility<'_> = parse(body)?;
            let wire::VisibilityEntry { receipt_handle, visibility_timeout } = request.entry;
            engine
                .change_visibility(
                    queue_of(&request.queue_url),
                    &receipt_handle,
                    visibility_timeout,
                )
                .await?;
            render(&wire::Nothing {})
        }
        "SendMessageBatch" => render(&batch::send(engine, parse_owned(body)?).await?),
        "DeleteMessageBatch" => render(&batch::delete(engine, parse_owned(body)?).await?),
        "ChangeMessageVisibilityBatch" => {
            render(&batch::change_visibility(engine, parse_owned(body)?).await?)
        }
        _ => manage(engine, host, operation, body).await,
    }
}

async fn manage(
    engine: &Engine,
    host: &str,
    operation: &str,
    body: &[u8],
) -> Result<Vec<u8>, Error> {
    match operation {
        "CreateQueue" => {
            let request: wire::CreateQueue = parse_owned(body)?;
            engine.create_queue(&request.queue_name, &request.attributes).await?;
            render(&wire::QueueUrl { queue_url: url(host, &request.queue_name) })
        }
        "GetQueueUrl" => {
            let request: wire::GetQueueUrl = parse_owned(body)?;
            engine.attributes(&request.queue_name)?;
            render(&wire::QueueUrl { queue_url: url(host, &request.queue_name) })
        }
        "ListQueues" => {
            let request: wire::ListQueues = parse_owned(body)?;
            let names = engine.queue_names().into_iter();
            let names = names.filter(|name| name.starts_with(&request.queue_name_prefix));
            render(&wire::QueueUrls { queue_urls: names.map(|name| url(host, &name)).collect() })
        }
        "GetQueueAttributes" => {
            let request: wire::OnQueue<'_> = parse(body)?;
            let mut attributes = engine.attributes(queue_of(&request.queue_url))?;
            attributes.retain(|name, _| is_asked(&request.attribute_names, name));
            render(&wire::QueueAttributes { attributes })
        }
        "SetQueueAttributes" => {
            let request: wire::SetQueueAttributes = parse_owned(body)?;
            engine.set_attributes(queue_of(&request.queue_url), &request.attributes).await?;
            render(&wire::Nothing {})
        }
        "PurgeQueue" => {
            let request: wire::OnQueue<'_> = parse(body)?;
            engine.purge(queue_of(&request.queue_url)).await?;
            render(&wire::Nothing {})
        }
        _ => Err(Error::UnknownOperation(operation.to_owned())),
    }
}

async fn receive(engine: &Engine, request: wire::ReceiveMessage<'_>) -> Result<Vec<u8>, Error> {
    let maximum = request.max_number_of_messages.unwrap_or(1);
    let queue = queue_of(&request.queue_url);
    let received = engine
        .receive(queue, maximum, request.visibility_timeout, request.wait_time_seconds)
        .await?;
    let messages = received.iter().map(|received| received_message(received, &request)).collect();
    render(&wire::Messages { messages })
}

fn received_message<'a>(
    received: &'a Received,
    request: &wire::ReceiveMessage<'_>,
) -> wire::ReceivedMessage<'a> {
    let content = &received.content;
    let is_wanted = |(name, _): &(&String, &Attribute)| {
        is_asked(&request.message_attribute_names, name)
            || request.message_attribute_names.iter().any(|asked| {
                asked.strip_suffix(".*").is_some_and(|prefix| name.starts_with(prefix))
            })
    };
    let message_attributes: BTreeMap<_, _> = content
        .attributes
        .iter()
        .filter(is_wanted)
        .map(|(name, attribute)| (name.clone(), attribute.clone()))
        .collect();
    let mut attributes = BTreeMap::from([
        ("ApproximateReceiveCount", Cow::from(received.receive_count.to_string())),
        ("ApproximateFirstReceiveTimestamp", Cow::from(received.first_received_at_ms.to_string())),
        ("SentTimestamp", Cow::from(content.sent_at_ms.to_string())),
        ("SenderId", Cow::from("000000000000")),
    ]);
    let optional = [
        ("MessageGroupId", content.group_id.as_deref()),
        ("AWSTraceHeader", content.trace_header.as_deref()),
        ("DeadLetterQueueSourceArn", received.dead_letter_source.as_deref()),
    ];
    attributes
        .extend(optional.into_iter().filter_map(|(name, value)| Some((name, Cow::from(value?)))));
    attributes.retain(|name, _| {
        is_asked(&request.message_system_attribute_names, name)
            || is_asked(&request.attribute_names, name)
    });
    wire::ReceivedMessage {
        message_id: content.message_id.to_string(),
        receipt_handle: &received.receipt_handle,
        body: &content.body,
        body_md5: &content.body_md5,
        attributes_md5: attributes_md5(&message_attributes),
        attributes,
        message_attributes,
    }
}

pub(crate) fn sent_message(sent: Sent) -> wire::SentMessage {
    wire::SentMessage {
        message_id: sent.message_id.to_string(),
        body_md5: sent.body_md5,
        attributes_md5: sent.attributes_md5,
    }
}

fn is_asked(names: &[String], name: &str) -> bool {
    names.iter().any(|asked| asked == name || asked == "All")
}

/// The queue's name in its URL. The rest is not looked at: SDKs send requests to the endpoint they were given, and the
/// URL may have been made under another host.
pub(crate) fn queue_of(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or_default()
}

fn url(host: &str, name: &str) -> String {
    format!("http://{host}/000000000000/{name}")
}

fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Error> {
    serde_json::from_slice(body).map_err(|error| Error::Serialization(error.to_string()))
}

fn parse_owned<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    parse(body)
}

fn render(answer: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(answer).map_err(|error| Error::Serialization(error.to_string()))
}
