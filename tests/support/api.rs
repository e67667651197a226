//! The whole local stack behind its HTTP address, as a caller meets it.

use std::time::Duration;

use local::{Options, Stack};
use reqwest::{Body, Client, Method, RequestBuilder, redirect};
use shared::{
    auth::Key,
    clock::Clock,
    egress::Policy,
    model::{Environment, Secret, Trigger, TriggerId, Verification, Webhook},
    store::Filter,
};

use crate::{Answer, Sender, contract, records, workspace};

/// Longest time for a run to end.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running stack with workspace `demo` in it.
pub struct Api {
    /// The stack.
    pub stack: Stack,
    /// Its clock.
    pub clock: Clock,
    /// A key that may do everything.
    pub key: String,
    client: Client,
}

impl Api {
    /// A stack in memory.
    pub async fn start() -> Self {
        Self::with(Options::default()).await
    }

    /// A stack of these options, but that its flows may call servers of this machine.
    pub async fn with(options: Options) -> Self {
        let egress = Policy { allow_private_targets: true, ..Policy::default() };
        Self::guarded(Options { egress, ..options }).await
    }

    /// A stack of these options, which calls nobody on this machine where they do not say so, as a deployed one.
    pub async fn guarded(options: Options) -> Self {
        let clock = options.clock.clone();
        let stack = Stack::start(options).await.unwrap();
        stack.store().put_workspace(&records::workspace_record(clock.now())).await.unwrap();
        // The stack is on this machine, whatever proxy the way out takes.
        // Where an answer leads to is another server's, which the document does not tell of.
        let client =
            Client::builder().no_proxy().redirect(redirect::Policy::none()).build().unwrap();
        let api = Self { stack, clock, key: String::new(), client };
        let key = api.make_key(|_| {}).await;
        Self { key, ..api }
    }

    /// Publishes a flow in every environment, and a trigger with its name.
    pub async fn publish(&self, source: &str) {
        self.publish_in(source, &Environment::ALL).await;
        let version = records::flow_version(source, self.clock.now());
        self.make_trigger(&version.name, |_| {}).await;
    }

    /// Publishes a flow in these environments.
    pub async fn publish_in(&self, source: &str, environments: &[Environment]) {
        let version = records::flow_version(source, self.clock.now());
        self.stack.store().publish(&version, environments).await.unwrap();
    }

    /// Makes a trigger of a flow, open in every environment but for what `change` does to it.
    pub async fn make_trigger(&self, flow: &str, change: impl FnOnce(&mut Trigger)) {
        let mut trigger = records::trigger(flow, self.clock.now());
        change(&mut trigger);
        self.stack.store().put_trigger(&trigger).await.unwrap();
    }

    /// Makes a trigger of a flow, with a webhook that nobody signs but for what `change` does to both. The path
    /// of its URL.
    pub async fn make_hook(
        &self,
        flow: &str,
        change: impl FnOnce(&mut Trigger, &mut Webhook),
    ) -> String {
        let (mut webhook, token) = records::webhook(Verification::UrlTokenAlone, self.clock.now());
        let mut trigger = records::trigger(flow, self.clock.now());
        change(&mut trigger, &mut webhook);
        trigger.webhook = Some(webhook);
        self.stack.store().put_trigger(&trigger).await.unwrap();
        format!("/ext/webhook/{}/triggers/{}", token.expose(), trigger.id)
    }

    /// Makes a trigger of a flow that `sender` signs for, but for what `change` does to it. The path of its URL.
    pub async fn make_signed_hook(
        &self,
        flow: &str,
        sender: Sender,
        change: impl FnOnce(&mut Trigger, &mut Webhook),
    ) -> String {
        let mut made = None;
        let path = self.make_hook(flow, |trigger, webhook| {
            webhook.verification = Verification::Provider(sender.provider.to_owned());
            change(trigger, webhook);
            made = Some(trigger.id.clone());
        });
        let path = path.await;
        self.add_secret(&made.unwrap(), sender.secret).await;
        path
    }

    /// Gives a trigger's webhook one more secret.
    pub async fn add_secret(&self, trigger: &TriggerId, text: &str) {
        let mut trigger = self.stack.store().trigger(trigger).await.unwrap().unwrap();
        let webhook = trigger.webhook.as_mut().unwrap();
        let reference = records::secret(webhook.secrets.len(), self.clock.now());
        webhook.secrets.push(reference.clone());
        let secret = Secret::new(text.to_owned());
        self.stack.runs().secrets().put(&trigger, &reference, &secret).await.unwrap();
        self.stack.store().put_trigger(&trigger).await.unwrap();
    }

    /// How many runs there are.
    pub async fn run_count(&self) -> usize {
        let (store, workspace, all) = (self.stack.store(), workspace(), Filter::default());
        let (mut count, mut cursor) = (0, None);
        loop {
            let page = store.list(&workspace, &all, cursor.as_deref(), 100).await.unwrap();
            count += page.runs.len();
            cursor = page.next;
            if cursor.is_none() {
                return count;
            }
        }
    }

    /// Makes a key that may do everything but for what `change` does to it; its text.
    pub async fn make_key(&self, change: impl FnOnce(&mut Key)) -> String {
        let (mut key, token) = records::key(self.clock.now());
        change(&mut key);
        self.stack.store().put_key(&key).await.unwrap();
        token.expose()
    }

    /// A request without a key.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.stack.base_url()))
    }

    /// A reading request with the key.
    pub fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path).bearer_auth(&self.key)
    }

    /// A JSON request with the key.
    pub fn post(&self, path: &str, body: impl Into<Body>) -> RequestBuilder {
        let request = self.request(Method::POST, path).bearer_auth(&self.key);
        request.header("content-type", "application/json").body(body)
    }

    /// A waiting call of a trigger in DEV.
    pub fn wait_for(&self, trigger: &str, body: impl Into<Body>) -> RequestBuilder {
        self.post(&format!("/api/v1/ai/trigger/demo/{trigger}/DEV"), body)
    }

    /// A background start of a trigger in DEV.
    pub fn start_of(&self, trigger: &str, body: impl Into<Body>) -> RequestBuilder {
        self.post(&format!("/api/v1/ai/trigger/start/demo/{trigger}/DEV"), body)
    }

    /// A request with the key where the Pinkfish dialect has it.
    pub fn keyed(&self, method: Method, path: &str) -> RequestBuilder {
        self.request(method, path).header("x-api-key", &self.key)
    }

    /// A run as it stands.
    pub async fn status(&self, run: &str) -> Answer {
        send(self.get(&format!("/api/v1/ai/trigger/status/demo/{run}"))).await
    }

    /// A run once it has ended.
    pub async fn ended(&self, run: &str) -> Answer {
        let ended = async {
            loop {
                let answer = self.status(run).await;
                if answer.json()["status"] != "pending" {
                    return answer;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, ended).await.expect("the run does not end")
    }
}

/// Sends a request and reads the whole answer, which has to be one that the OpenAPI document tells of.
pub async fn send(request: RequestBuilder) -> Answer {
    let (client, request) = request.build_split();
    let request = request.unwrap();
    let (method, path) = (request.method().to_string(), request.url().path().to_owned());
    let response = client.execute(request).await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let answer = Answer { status, headers, body: response.bytes().await.unwrap() };
    contract::judge(&method, &path, &answer);
    answer
}
