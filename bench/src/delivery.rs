//! Deliveries of a provider's webhook, signed as it signs: every one is new, and every one that is acknowledged names
//! the run that it started.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Stdio,
};

use bytes::Bytes;
use http::{
    HeaderMap, Method, Request, StatusCode, Uri,
    header::{CONTENT_TYPE, HOST},
};
use http_body_util::Full;
use serde::Deserialize;
use shared::{
    clock::Clock,
    model::Secret,
    webhook::{HeaderValue, SigningKey, Unsigned, named, sign},
};
use tokio::process::Command;

use crate::{
    background::{Started, Starts},
    client::Client,
    load::Work,
};

const PROVIDER: &str = "stripe";
const SECRET: &str = "whsec_4f1c6f0c2f5f4d55a5c0b1f2";

/// Length of a delivery's body: what Stripe's events have, more or less.
const BODY_BYTES: usize = 2048;

/// The header that names the run.
const RUN_HEADER: &str = "x-pf-run-id";

/// From the event to what the measured flow takes.
const MAPPING: &str = "{message: .data.data.object.note}";

/// A trigger's own URL.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    uri: Uri,
    authority: String,
}

#[derive(Deserialize)]
struct Created {
    url: String,
}

impl Endpoint {
    /// Creates a trigger for the measured flow with `program`, on the stack of the data folder.
    ///
    /// # Errors
    /// When it cannot be created.
    pub(crate) async fn create(program: &Path, data: &Path) -> io::Result<Self> {
        let secret: PathBuf = data.with_file_name("webhook-secret");
        fs::write(&secret, SECRET)?;
        let create =
            ["trigger", "create", "--id", "webhook", "--name", "webhook", "--flow", "hello"];
        let made = Command::new(program)
            .args(create)
            .args(["--provider", PROVIDER, "--mapping", MAPPING, "--env", "DEV", "--secret-file"])
            .arg(secret)
            .args(["--local", "--json", "--data"])
            .arg(data)
            .stdin(Stdio::null())
            .output()
            .await?;
        let told = || io::Error::other(String::from_utf8_lossy(&made.stderr).into_owned());
        let created: Created = serde_json::from_slice(&made.stdout).map_err(|_| told())?;
        let uri: Uri = created.url.parse().map_err(io::Error::other)?;
        let authority = uri.authority().map(ToString::to_string).unwrap_or_default();
        Ok(Self { uri, authority })
    }
}

/// One client of Stripe's, so to speak.
pub(crate) struct Delivering {
    endpoint: Endpoint,
    prefix: String,
    secret: Secret,
    clock: Clock,
    started: Vec<Started>,
}

impl Delivering {
    /// A sender whose messages begin with `prefix`.
    pub(crate) fn new(endpoint: &Endpoint, prefix: String) -> Self {
        Self {
            endpoint: endpoint.clone(),
            prefix,
            secret: Secret::new(SECRET.to_owned()),
            clock: Clock::system(),
            started: Vec::new(),
        }
    }

    fn request(&self, message: &str) -> Result<Request<Full<Bytes>>, String> {
        let scheme = named(PROVIDER).ok_or("no such provider")?;
        let unsigned = Unsigned {
            method: Method::POST.to_string(),
            url: self.endpoint.uri.to_string(),
            headers: HeaderMap::from_iter([(
                CONTENT_TYPE,
                HeaderValue::from_static("application/json"),
            )]),
            body: body(message),
            id: message.to_owned(),
        };
        let key = SigningKey::Shared(&self.secret);
        let mut signed =
            sign(scheme, key, unsigned, self.clock.now()).map_err(|error| error.to_string())?;
        let host = HeaderValue::from_str(&self.endpoint.authority);
        signed.headers.insert(HOST, host.map_err(|error| error.to_string())?);
        let mut request = Request::new(Full::new(signed.body.into()));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.endpoint.uri.path().parse().map_err(|_| "no path")?;
        *request.headers_mut() = signed.headers;
        Ok(request)
    }
}

/// An event whose id and note are `message`.
fn body(message: &str) -> Vec<u8> {
    let start = format!(
        r#"{{"id":"evt_{message}","object":"event","type":"invoice.paid","livemode":false,"data":{{"object":{{"id":"in_1","note":"{message}","lines":""#
    );
    let end = r#""}}}"#;
    let filling = "x".repeat(BODY_BYTES.saturating_sub(start.len() + end.len()));
    [start.as_bytes(), filling.as_bytes(), end.as_bytes()].concat()
}

impl Work for Delivering {
    async fn once(&mut self, client: &mut Client) -> Result<(), String> {
        let message = format!("{}{:08}", self.prefix, self.started.len());
        let response = client.exchange(self.request(&message)?).await?;
        let (status, run) = (response.status(), response.headers().get(RUN_HEADER));
        match (status, run.and_then(|run| run.to_str().ok())) {
            (StatusCode::OK, Some(run)) => {
                self.started.push(Started { run: run.to_owned(), message });
                Ok(())
            }
            _ => Err(format!("a delivery was not acknowledged with a run: {status}")),
        }
    }
}

impl Starts for Delivering {
    fn started(&self) -> &[Started] {
        &self.started
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deliveries_are_what_the_provider_would_send() {
        let endpoint = Endpoint {
            uri: "http://127.0.0.1:3000/ext/webhook/k/triggers/webhook".parse().unwrap(),
            authority: "127.0.0.1:3000".to_owned(),
        };
        let request = Delivering::new(&endpoint, "p-".to_owned()).request("p-1").unwrap();
        assert_eq!(request.uri(), "/ext/webhook/k/triggers/webhook");
        assert_eq!(request.headers()["host"], "127.0.0.1:3000");
        let body = body("p-1");
        assert_eq!(body.len(), BODY_BYTES);
        let event: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(
            (&event["id"], &event["data"]["object"]["note"]),
            (&"evt_p-1".into(), &"p-1".into())
        );
        let secrets = [Secret::new(SECRET.to_owned())];
        let signed = shared::webhook::Request {
            method: "POST",
            url: "",
            headers: request.headers(),
            body: &body,
        };
        let scheme = named(PROVIDER).unwrap();
        assert!(shared::webhook::verify(scheme, &secrets, &signed, Clock::system().now()).is_ok());
    }
}
