//! Queue attributes: their ranges and defaults, and the form they have on the wire. Ranges are those of
//! `SetQueueAttributes` in the service's API reference.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::Error;

/// The region and account in every ARN and URL.
const ARN_PREFIX: &str = "arn:aws:sqs:eu-central-1:000000000000:";

/// The attributes of a queue that can be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attributes {
    pub(crate) visibility_timeout_s: u32,
    pub(crate) delay_s: u32,
    pub(crate) receive_wait_s: u32,
    pub(crate) retention_s: u32,
    pub(crate) maximum_message_bytes: u32,
    pub(crate) redrive: Option<Redrive>,
}

/// Where messages go that were received too often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Redrive {
    /// The dead-letter queue's name.
    pub(crate) queue: String,
    /// Receives that a message may have; the next one moves it.
    pub(crate) max_receive_count: u32,
}

impl Default for Attributes {
    fn default() -> Self {
        Self {
            visibility_timeout_s: 30,
            delay_s: 0,
            receive_wait_s: 0,
            retention_s: 345_600,
            maximum_message_bytes: 1_048_576,
            redrive: None,
        }
    }
}

impl Attributes {
    /// Takes over what `given` sets.
    pub(crate) fn set(&mut self, given: &BTreeMap<String, String>) -> Result<(), Error> {
        for (name, value) in given {
            let number = |range: std::ops::RangeInclusive<u32>| {
                let number = value.parse().ok().filter(|number| range.contains(number));
                number.ok_or_else(|| Error::InvalidAttributeValue(name.clone()))
            };
            match name.as_str() {
                "VisibilityTimeout" => self.visibility_timeout_s = number(0..=43_200)?,
                "DelaySeconds" => self.delay_s = number(0..=900)?,
                "ReceiveMessageWaitTimeSeconds" => self.receive_wait_s = number(0..=20)?,
                "MessageRetentionPeriod" => self.retention_s = number(60..=1_209_600)?,
                "MaximumMessageSize" => self.maximum_message_bytes = number(1_024..=1_048_576)?,
                "RedrivePolicy" => self.redrive = Redrive::parse(value)?,
                _ => return Err(Error::InvalidAttributeName(name.clone())),
            }
        }
        Ok(())
    }

    /// The attributes as [`Attributes::set`] takes them.
    pub(crate) fn render(&self) -> BTreeMap<String, String> {
        let mut rendered = BTreeMap::from([
            ("VisibilityTimeout".to_owned(), self.visibility_timeout_s.to_string()),
            ("DelaySeconds".to_owned(), self.delay_s.to_string()),
            ("ReceiveMessageWaitTimeSeconds".to_owned(), self.receive_wait_s.to_string()),
            ("MessageRetentionPeriod".to_owned(), self.retention_s.to_string()),
            ("MaximumMessageSize".to_owned(), self.maximum_message_bytes.to_string()),
        ]);
        if let Some(redrive) = &self.redrive {
            rendered.insert("RedrivePolicy".to_owned(), redrive.render());
        }
        rendered
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RedriveRequest {
    dead_letter_target_arn: String,
    max_receive_count: Count,
}

/// The service takes the count as a number and as a string; infrastructure tools send either.
#[derive(Deserialize)]
#[serde(untagged)]
enum Count {
    Number(u32),
    Text(String),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RedriveAnswer {
    dead_letter_target_arn: String,
    max_receive_count: u32,
}

impl Redrive {
    /// An empty value takes the policy away.
    fn parse(text: &str) -> Result<Option<Self>, Error> {
        if text.is_empty() {
            return Ok(None);
        }
        let refused = || Error::InvalidAttributeValue("RedrivePolicy".to_owned());
        let request: RedriveRequest = serde_json::from_str(text).map_err(|_| refused())?;
        let max_receive_count = match request.max_receive_count {
            Count::Number(number) => Some(number),
            Count::Text(text) => text.parse().ok(),
        };
        let max_receive_count =
            max_receive_count.filter(|count| (1..=1_000).contains(count)).ok_or_else(refused)?;
        let queue =
            request.dead_letter_target_arn.strip_prefix(ARN_PREFIX).ok_or_else(refused)?.to_owned();
        Ok(Some(Self { queue, max_receive_count }))
    }

    fn render(&self) -> String {
        let answer = RedriveAnswer {
            dead_letter_target_arn: arn(&self.queue),
            max_receive_count: self.max_receive_count,
        };
        serde_json::to_string(&answer).unwrap_or_default()
    }
}

/// The ARN of a queue.
pub(crate) fn arn(name: &str) -> String {
    format!("{ARN_PREFIX}{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(name: &str, value: &str) -> Result<Attributes, Error> {
        let mut attributes = Attributes::default();
        attributes.set(&BTreeMap::from([(name.to_owned(), value.to_owned())]))?;
        Ok(attributes)
    }

    #[test]
    fn what_is_rendered_can_be_set_again() {
        let policy =
            format!(r#"{{"deadLetterTargetArn":"{}","maxReceiveCount":"5"}}"#, arn("dead"));
        let attributes = set("RedrivePolicy", &policy).unwrap();
        assert_eq!(
            attributes.redrive,
            Some(Redrive { queue: "dead".to_owned(), max_receive_count: 5 })
        );
        let mut again = Attributes::default();
        again.set(&attributes.render()).unwrap();
        assert_eq!(again, attributes);
    }

    #[test]
    fn ranges_are_those_of_the_service() {
        for (name, least, most) in [
            ("VisibilityTimeout", "0", "43200"),
            ("DelaySeconds", "0", "900"),
            ("ReceiveMessageWaitTimeSeconds", "0", "20"),
            ("MessageRetentionPeriod", "60", "1209600"),
            ("MaximumMessageSize", "1024", "1048576"),
        ] {
            assert!(set(name, least).is_ok(), "{name}");
            assert!(set(name, most).is_ok(), "{name}");
            let above = (most.parse::<u64>().unwrap() + 1).to_string();
            for value in [above.as_str(), "-1", "", "x"] {
                assert_eq!(
                    set(name, value),
                    Err(Error::InvalidAttributeValue(name.to_owned())),
                    "{name} {value}"
                );
            }
        }
        assert_eq!(
            set("FifoQueue", "true"),
            Err(Error::InvalidAttributeName("FifoQueue".to_owned()))
        );
        assert!(set("RedrivePolicy", r#"{"maxReceiveCount":3}"#).is_err());
        assert_eq!(set("RedrivePolicy", "").unwrap().redrive, None);
    }
}
