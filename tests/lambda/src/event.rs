//! The sample events of `events/`, with keys, runs and messages that are there.

use std::{fs, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

/// A request as API Gateway hands it over.
#[derive(Clone, Debug)]
pub struct HttpEvent(Value);

/// A sample by its file's name.
pub fn sample(name: &str) -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let path = root.join("events").join(name).with_extension("json");
    let text = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&text).unwrap()
}

impl HttpEvent {
    /// The sample with this key.
    pub fn sample(name: &str, key: &str) -> Self {
        Self(sample(name)).header("Authorization", &format!("Bearer {key}"))
    }

    /// Sets a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.0["headers"][name] = json!(value);
        self.0["multiValueHeaders"][name] = json!([value]);
        self
    }

    /// Takes a header out.
    #[must_use]
    pub fn without_header(mut self, name: &str) -> Self {
        for headers in ["headers", "multiValueHeaders"] {
            self.0[headers].as_object_mut().unwrap().remove(name);
        }
        self
    }

    /// Sets a parameter of the path, and the paths with it.
    #[must_use]
    pub fn parameter(mut self, name: &str, value: &str) -> Self {
        self.0["pathParameters"][name] = json!(value);
        let mut path = self.0["resource"].as_str().unwrap().to_owned();
        for (name, value) in self.0["pathParameters"].as_object().unwrap() {
            path = path.replace(&format!("{{{name}}}"), value.as_str().unwrap());
        }
        let whole = self.0["requestContext"]["path"].as_str().unwrap();
        let stage = whole.strip_suffix(self.0["path"].as_str().unwrap()).unwrap().to_owned();
        self.0["requestContext"]["path"] = json!(format!("{stage}{path}"));
        self.0["path"] = json!(path);
        self
    }

    /// Sends it to another resource, whose parameters are to be set then.
    #[must_use]
    pub fn to(mut self, resource: &str) -> Self {
        let whole = self.0["requestContext"]["path"].as_str().unwrap();
        let stage = whole.strip_suffix(self.0["path"].as_str().unwrap()).unwrap().to_owned();
        self.0["requestContext"]["path"] = json!(format!("{stage}{resource}"));
        self.0["requestContext"]["resourcePath"] = json!(resource);
        self.0["resource"] = json!(resource);
        self.0["path"] = json!(resource);
        self.0["pathParameters"] = json!({});
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(self, body: &Value) -> Self {
        self.bytes(body.to_string().as_bytes())
    }

    /// Sets a body of any kind.
    #[must_use]
    pub fn bytes(mut self, body: &[u8]) -> Self {
        self.0["body"] = json!(STANDARD.encode(body));
        self.0["isBase64Encoded"] = json!(true);
        self
    }

    /// The event.
    pub fn json(self) -> Value {
        self.0
    }
}
