//! Calls of the API over HTTP, as its callers make them.

use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;

use crate::site::Demo;

/// Longer than anything here takes, and less than what a waiting call may wait.
const PATIENCE: Duration = Duration::from_mins(1);

/// A caller with a key.
#[derive(Clone)]
pub(crate) struct Caller {
    client: Client,
    demo: Demo,
}

impl Caller {
    /// With the demo's key.
    pub(crate) fn new(demo: &Demo) -> Self {
        let client = Client::builder().timeout(PATIENCE).no_proxy().build().unwrap();
        Self { client, demo: demo.clone() }
    }

    /// With another key.
    pub(crate) fn with_key(&self, key: &str) -> Self {
        let demo = Demo { api_key: key.to_owned(), ..self.demo.clone() };
        Self { client: self.client.clone(), demo }
    }

    /// The same caller, of a stack that answers elsewhere.
    pub(crate) fn at(&self, base_url: &str) -> Self {
        let demo = Demo { base_url: base_url.to_owned(), ..self.demo.clone() };
        Self { client: self.client.clone(), demo }
    }

    /// A call that waits for the run's end, of `hello/DEV` for one.
    pub(crate) fn call(&self, trigger: &str) -> RequestBuilder {
        self.post(&format!("{}/{trigger}", self.demo.workspace_id))
    }

    /// A start in the background.
    pub(crate) fn start(&self, trigger: &str) -> RequestBuilder {
        self.post(&format!("start/{}/{trigger}", self.demo.workspace_id))
    }

    fn post(&self, path: &str) -> RequestBuilder {
        let url = format!("{}/api/v1/ai/trigger/{path}", self.demo.base_url);
        self.client.post(url).bearer_auth(&self.demo.api_key)
    }

    /// A run as it stands.
    pub(crate) async fn status(&self, id: &str) -> Value {
        let Demo { base_url, workspace_id, api_key, .. } = &self.demo;
        let url = format!("{base_url}/api/v1/ai/trigger/status/{workspace_id}/{id}");
        ok(self.client.get(url).bearer_auth(api_key).send().await.unwrap()).await
    }

    /// A run when it has ended.
    pub(crate) async fn end(&self, id: &str) -> Value {
        let end = async {
            loop {
                let run = self.status(id).await;
                if run["status"] != "pending" {
                    return run;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(PATIENCE, end)
            .await
            .unwrap_or_else(|_| panic!("run {id} does not end"))
    }
}

/// Sends a request that must succeed.
pub(crate) async fn send(request: RequestBuilder) -> Value {
    ok(request.send().await.unwrap()).await
}

async fn ok(response: Response) -> Value {
    let status = response.status();
    let text = response.text().await.unwrap();
    assert_eq!(status, 200, "{text}");
    serde_json::from_str(&text).unwrap()
}
