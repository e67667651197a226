//! A recorded request, read and written: `{method, url, headers, body}` in JSON.

use std::{collections::BTreeMap, fs::File, io, path::Path};

use serde::{Deserialize, Serialize};
use shared::webhook::{HeaderMap, HeaderName, HeaderValue, Request, Signed};

use crate::{error::Error, output::Answer};

/// A request as it was recorded. Other members are the recorder's own.
#[derive(Serialize, Deserialize)]
pub(super) struct Recorded {
    #[serde(default = "post")]
    method: String,
    #[serde(default)]
    url: String,
    headers: BTreeMap<String, Values>,
    #[serde(default)]
    body: String,
}

/// A header's value, or all of them where it was repeated.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Values {
    One(String),
    Many(Vec<String>),
}

fn post() -> String {
    "POST".to_owned()
}

impl Recorded {
    /// Reads the file at `path`; `-` is standard input.
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let name = path.display();
        let read = if path.as_os_str() == "-" {
            serde_json::from_reader(io::stdin().lock())
        } else {
            let file = File::open(path)
                .map_err(|error| Error::Usage(format!("cannot read `{name}`: {error}")))?;
            serde_json::from_reader(io::BufReader::new(file))
        };
        read.map_err(|error| {
            let form = r#"{"method": "POST", "url": "https://…", "headers": {"Name": "value"}, "body": "…"}"#;
            Error::Usage(format!("`{name}` is not a request of the form {form}: {error}"))
        })
    }

    /// A request that could be sent. Each of its headers stands once, and all are text.
    pub(super) fn of(signed: &Signed) -> Result<Self, Error> {
        let unfit =
            || Error::Usage("JSON cannot hold the request: its body is not UTF-8".to_owned());
        let body = String::from_utf8(signed.body.clone()).map_err(|_| unfit())?;
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = signed.headers.iter();
        let headers =
            headers.map(|(name, value)| (name.to_string(), Values::One(text(value)))).collect();
        Ok(Self { method: signed.method.clone(), url: signed.url.clone(), headers, body })
    }

    /// The headers as they are on the wire.
    pub(super) fn headers(&self) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::new();
        for (name, values) in &self.headers {
            let values = match values {
                Values::One(value) => std::slice::from_ref(value),
                Values::Many(values) => values,
            };
            for value in values {
                let header = HeaderName::try_from(name).ok();
                let value = HeaderValue::from_bytes(value.as_bytes()).ok();
                let (Some(header), Some(value)) = (header, value) else {
                    return Err(Error::Usage(format!("no request has a header like `{name}`")));
                };
                headers.append(header, value);
            }
        }
        Ok(headers)
    }

    /// The request, with these headers.
    pub(super) fn request<'r>(&'r self, headers: &'r HeaderMap) -> Request<'r> {
        Request { method: &self.method, url: &self.url, headers, body: self.body.as_bytes() }
    }
}

/// People and `webhook verify` get the same.
impl Answer for Recorded {
    fn text(&self) -> String {
        serde_json::to_string_pretty(self).map(|text| text + "\n").unwrap_or_default()
    }
}
