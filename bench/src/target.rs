//! The stack under test: where it is, and the requests it is sent.

use std::{collections::HashMap, path::Path};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, Request, Uri,
    header::{AUTHORIZATION, CONTENT_TYPE, HOST, InvalidHeaderValue},
    uri::{InvalidUri, PathAndQuery},
};
use http_body_util::Full;
use serde::Deserialize;

/// The trigger that is measured: one step, which builds a text from the message.
const TRIGGER: &str = "hello";

/// `demo.json` in the stack's data folder.
#[derive(Deserialize)]
struct Demo {
    base_url: String,
    workspace_id: String,
    api_key: String,
    triggers: HashMap<String, DemoTrigger>,
}

#[derive(Deserialize)]
struct DemoTrigger {
    trigger_id: String,
}

/// `demo.json` is not there yet, or not of use.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// It cannot be read.
    #[error("demo.json: {0}")]
    Read(#[from] std::io::Error),
    /// It has another form.
    #[error("demo.json: {0}")]
    Form(#[from] serde_json::Error),
    /// The trigger to measure is not in it.
    #[error("demo.json names no trigger `{TRIGGER}`")]
    NoTrigger,
    /// An address in it is none.
    #[error("demo.json: {0}")]
    Address(#[from] InvalidUri),
    /// The key cannot stand in a header.
    #[error("demo.json: {0}")]
    Key(#[from] InvalidHeaderValue),
}

/// A stack, with everything about its requests made beforehand that can be.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// `host:port`.
    pub(crate) authority: String,
    waiting: Uri,
    background: Uri,
    status: String,
    headers: HeaderMap,
}

impl Target {
    /// The stack that `demo.json` at `path` describes.
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        let demo: Demo = serde_json::from_slice(&std::fs::read(path)?)?;
        let trigger = demo.triggers.get(TRIGGER).ok_or(Error::NoTrigger)?;
        let authority =
            demo.base_url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let (workspace, trigger) = (&demo.workspace_id, &trigger.trigger_id);
        let mut key = HeaderValue::from_str(&format!("Bearer {}", demo.api_key))?;
        key.set_sensitive(true);
        let headers = HeaderMap::from_iter([
            (HOST, HeaderValue::from_str(&authority)?),
            (AUTHORIZATION, key),
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        ]);
        Ok(Self {
            authority,
            waiting: format!("/api/v1/ai/trigger/{workspace}/{trigger}/DEV").parse()?,
            background: format!("/api/v1/ai/trigger/start/{workspace}/{trigger}/DEV").parse()?,
            status: format!("/api/v1/ai/trigger/status/{workspace}/"),
            headers,
        })
    }

    /// Runs the flow and waits.
    pub(crate) fn waiting(&self, message: &str) -> Request<Full<Bytes>> {
        self.post(self.waiting.clone(), message)
    }

    /// Starts the flow in the background.
    pub(crate) fn start(&self, message: &str) -> Request<Full<Bytes>> {
        self.post(self.background.clone(), message)
    }

    /// Reads a run.
    pub(crate) fn status(&self, run: &str) -> Result<Request<Full<Bytes>>, InvalidUri> {
        let path = PathAndQuery::try_from(format!("{}{run}", self.status))?;
        Ok(self.request(Method::GET, path.into(), Bytes::new()))
    }

    /// Any other request, with the key.
    pub(crate) fn request_at(
        &self,
        method: Method,
        path: &str,
        body: String,
    ) -> Result<Request<Full<Bytes>>, InvalidUri> {
        Ok(self.request(method, PathAndQuery::try_from(path)?.into(), body.into()))
    }

    fn post(&self, uri: Uri, message: &str) -> Request<Full<Bytes>> {
        self.request(Method::POST, uri, format!(r#"{{"message":"{message}"}}"#).into())
    }

    fn request(&self, method: Method, uri: Uri, body: Bytes) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        request.headers_mut().clone_from(&self.headers);
        request
    }
}
