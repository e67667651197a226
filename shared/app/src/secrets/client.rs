//! The one way to the secrets.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use aws_sdk_ssm::{
    Client,
    config::{Builder, Config},
    operation::put_parameter::PutParameterError,
    types::ParameterType,
};
use aws_types::SdkConfig;

use super::{Error, Owner};
use crate::model::{Secret, SecretReference, Timestamp};

/// Secrets that a process remembers: some 3 MB where all are ordinary ones.
const MAX_KNOWN: usize = 10_000;

/// The secrets: `SecureString` parameters `{prefix}/{workspace}/{trigger}/{id}` or
/// `{prefix}/{workspace}/providers/{provider}/{id}`. Cloning shares all of
/// it. Its client is made when the first secret is asked for: most functions never need one.
#[derive(Clone)]
pub struct Secrets(Arc<Shared>);

struct Shared {
    config: Config,
    client: OnceLock<Client>,
    prefix: String,
    /// By parameter. An id is never used again, so what it names never changes.
    known: Mutex<HashMap<String, Secret>>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Secrets").field(&self.0.prefix).finish()
    }
}

impl Secrets {
    /// The secrets below `prefix` through a client of `config`.
    #[must_use]
    pub fn new(config: Config, prefix: impl Into<String>) -> Self {
        let (client, prefix, known) = (OnceLock::new(), prefix.into(), Mutex::default());
        Self(Arc::new(Shared { config, client, prefix, known }))
    }

    /// The secrets below `prefix` on AWS, or on what stands at `endpoint`. Opens no connection yet.
    #[must_use]
    pub fn connect(account: &SdkConfig, endpoint: Option<String>, prefix: &str) -> Self {
        let mut config = Builder::from(account);
        config.set_endpoint_url(endpoint);
        Self::new(config.build(), prefix)
    }

    /// The secrets among `references` that count at `now`, in their order; none only where none counts. Those that
    /// this process has not met yet are read by one request, which takes ten names at most (API reference,
    /// `GetParameters`).
    ///
    /// # Errors
    /// See [`Error`]. [`Error::Missing`] where one of them is not there, whatever the others are.
    pub async fn of(
        &self,
        owner: &impl Owner,
        references: &[SecretReference],
        now: Timestamp,
    ) -> Result<Vec<Secret>, Error> {
        let live = references.iter().filter(|reference| reference.is_live(now));
        let names: Vec<_> = live.map(|reference| self.name(owner, reference)).collect();
        let known = self.remembered(&names);
        let unknown = names.iter().filter(|name| !known.contains_key(*name));
        let read = self.read(unknown.cloned().collect()).await?;
        self.remember(&read);
        let found = |name: String| {
            let secret = known.get(&name).or_else(|| read.get(&name)).cloned();
            secret.ok_or(Error::Missing(name))
        };
        names.into_iter().map(found).collect()
    }

    /// Keeps a secret under the name of `reference`, for good: a name never gets another one.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe. [`Error::Taken`] where the name has another secret.
    pub async fn put(
        &self,
        owner: &impl Owner,
        reference: &SecretReference,
        secret: &Secret,
    ) -> Result<(), Error> {
        let name = self.name(owner, reference);
        let put = self
            .client()
            .put_parameter()
            .name(&name)
            .value(secret.expose())
            .r#type(ParameterType::SecureString)
            .overwrite(false);
        let Err(error) = put.send().await else { return Ok(()) };
        let refusal = error.as_service_error();
        if !refusal.is_some_and(PutParameterError::is_parameter_already_exists) {
            return Err(error.into());
        }
        // Ours, when an answer was lost on the way.
        match self.read(vec![name.clone()]).await?.get(&name) {
            Some(stored) if stored == secret => Ok(()),
            _ => Err(Error::Taken(name)),
        }
    }

    /// Deletes a secret, if it is there. Processes that met it remember it.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe.
    pub async fn delete(
        &self,
        owner: &impl Owner,
        reference: &SecretReference,
    ) -> Result<(), Error> {
        let name = self.name(owner, reference);
        // Unlike `DeleteParameter`, this one does not mind that there is none.
        self.client().delete_parameters().names(name).send().await?;
        Ok(())
    }

    async fn read(&self, names: Vec<String>) -> Result<HashMap<String, Secret>, Error> {
        if names.is_empty() {
            return Ok(HashMap::new());
        }
        let get = self.client().get_parameters().set_names(Some(names)).with_decryption(true);
        let found = get.send().await?.parameters.unwrap_or_default();
        let read = found.into_iter().filter_map(|it| Some((it.name?, Secret::new(it.value?))));
        Ok(read.collect())
    }

    fn name(&self, owner: &impl Owner, reference: &SecretReference) -> String {
        format!("{}/{}/{}", self.0.prefix, owner.path(), reference.id)
    }

    fn client(&self) -> &Client {
        self.0.client.get_or_init(|| Client::from_conf(self.0.config.clone()))
    }

    fn remembered(&self, names: &[String]) -> HashMap<String, Secret> {
        let known = self.known();
        names.iter().filter_map(|name| Some((name.clone(), known.get(name)?.clone()))).collect()
    }

    fn remember(&self, read: &HashMap<String, Secret>) {
        let mut known = self.known();
        // Whoever is asked for a secret that was forgotten reads it again.
        if known.len() + read.len() > MAX_KNOWN {
            known.clear();
        }
        known.extend(read.iter().map(|(name, secret)| (name.clone(), secret.clone())));
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, Secret>> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_ssm::config::{
        BehaviorVersion, Credentials, Region, http::HttpResponse, retry::RetryConfig,
    };
    use aws_smithy_runtime_api::{
        client::{
            http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
            orchestrator::HttpRequest,
        },
        http::StatusCode,
    };
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        model::{Provider, Trigger, TriggerState},
        secrets::ErrorKind,
    };

    const TEXT: &str = "whsec_quicksilver";

    /// Answers every request alike and keeps what was asked.
    #[derive(Clone, Debug)]
    struct Wire {
        status: u16,
        body: String,
        asked: Arc<Mutex<Vec<Value>>>,
    }

    impl HttpConnector for Wire {
        fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
            let mut asked: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
            asked["target"] = request.headers().get("x-amz-target").into();
            self.asked.lock().unwrap().push(asked);
            let status = StatusCode::try_from(self.status).unwrap();
            HttpConnectorFuture::ready(Ok(HttpResponse::new(status, self.body.clone().into())))
        }
    }

    fn secrets(status: u16, body: &impl ToString) -> (Secrets, Wire) {
        let wire = Wire { status, body: body.to_string(), asked: Arc::default() };
        let connector = wire.clone();
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("eu-central-1"))
            .endpoint_url("http://localhost")
            .credentials_provider(Credentials::new("local", "local", None, None, "tests"))
            .retry_config(RetryConfig::disabled())
            .http_client(http_client_fn(move |_, _| SharedHttpConnector::new(connector.clone())))
            .build();
        (Secrets::new(config, "/trigger-api/test"), wire)
    }

    fn trigger() -> Trigger {
        Trigger {
            id: "orders".parse().unwrap(),
            workspace: "demo".parse().unwrap(),
            name: "Orders".to_owned(),
            flow: "orders".to_owned(),
            environments: Vec::new(),
            state: TriggerState::Active,
            deadline_s: None,
            schedule: None,
            webhook: None,
            over_limit: crate::model::OverLimit::default(),
            callback: None,
            created_at: Timestamp::default(),
        }
    }

    fn reference(id: &str, expires_ms: Option<u64>) -> SecretReference {
        let expires_at = expires_ms.map(Timestamp::from_millis);
        SecretReference { id: id.to_owned(), added_at: Timestamp::default(), expires_at }
    }

    fn name(id: &str) -> String {
        format!("/trigger-api/test/demo/orders/{id}")
    }

    fn answer(ids: &[&str]) -> Value {
        let parameters =
            ids.iter().map(|id| json!({"Name": name(id), "Value": format!("{TEXT}{id}")}));
        json!({"Parameters": parameters.collect::<Vec<_>>(), "InvalidParameters": []})
    }

    fn texts(found: &[Secret]) -> Vec<&str> {
        found.iter().map(Secret::expose).collect()
    }

    #[tokio::test]
    async fn live_secrets_are_read_by_one_request_and_then_known() {
        // The answer's order is Parameter Store's own.
        let (secrets, wire) = secrets(200, &answer(&["b", "a"]));
        let references =
            [reference("a", None), reference("old", Some(10)), reference("b", Some(20))];
        let now = Timestamp::from_millis(10);
        for _ in 0..2 {
            let found = secrets.of(&trigger(), &references, now).await.unwrap();
            assert_eq!(texts(&found), ["whsec_quicksilvera", "whsec_quicksilverb"]);
        }
        let later = Timestamp::from_millis(20);
        let found = secrets.of(&trigger(), &references, later).await.unwrap();
        assert_eq!(texts(&found), ["whsec_quicksilvera"]);
        assert_eq!(secrets.of(&trigger(), &[], later).await.unwrap(), []);
        let expected = json!({
            "target": "AmazonSSM.GetParameters",
            "Names": [name("a"), name("b")],
            "WithDecryption": true,
        });
        assert_eq!(*wire.asked.lock().unwrap(), [expected]);
    }

    #[tokio::test]
    async fn a_secret_that_is_missing_is_an_error_whatever_the_others_are() {
        for (there, missing) in [(vec!["a"], "b"), (vec!["b"], "a"), (vec![], "a")] {
            let (secrets, wire) = secrets(200, &answer(&there));
            let references = [reference("a", None), reference("b", None)];
            for _ in 0..2 {
                let error = secrets.of(&trigger(), &references, Timestamp::default()).await;
                let error = error.unwrap_err();
                assert!(matches!(&error, Error::Missing(found) if *found == name(missing)));
                assert_eq!(error.kind(), ErrorKind::Internal);
            }
            assert_eq!(wire.asked.lock().unwrap().len(), 2, "what is missing is looked for again");
        }
    }

    #[tokio::test]
    async fn a_refusal_says_whether_it_will_pass_and_nothing_of_a_secret() {
        let unreadable = format!("{{\"Parameters\": [{{\"Value\": \"{TEXT}\", ]}}");
        for (status, body, kind) in [
            (400, r#"{"__type":"ThrottlingException"}"#, ErrorKind::Unavailable),
            (400, r#"{"__type":"TooManyUpdates"}"#, ErrorKind::Unavailable),
            (500, r#"{"__type":"InternalServerError"}"#, ErrorKind::Unavailable),
            (200, &unreadable, ErrorKind::Unavailable),
            (400, r#"{"__type":"AccessDeniedException"}"#, ErrorKind::Internal),
            (400, r#"{"__type":"ParameterLimitExceeded"}"#, ErrorKind::Internal),
        ] {
            let (secrets, _) = secrets(status, &body);
            let secret = Secret::new(TEXT.to_owned());
            let put = secrets.put(&trigger(), &reference("a", None), &secret).await;
            if status != 200 {
                assert_eq!(put.unwrap_err().kind(), kind, "{body}");
            }
            let read = secrets.of(&trigger(), &[reference("a", None)], Timestamp::default()).await;
            let error = read.unwrap_err();
            assert_eq!(error.kind(), kind, "{body}");
            assert!(!format!("{error:?}").contains(TEXT), "{error:?}");
        }
    }

    #[tokio::test]
    async fn a_provider_has_its_own_place() {
        let name = "/trigger-api/test/demo/providers/own/a";
        let found = json!({"Parameters": [{"Name": name, "Value": TEXT}]});
        let (secrets, wire) = secrets(200, &found);
        let provider = Provider {
            workspace: "demo".parse().unwrap(),
            name: "own".parse().unwrap(),
            base_url: "https://models.example/v1".to_owned(),
            model: None,
            key: Some(reference("a", None)),
            created_at: Timestamp::default(),
        };
        let found = secrets.of(&provider, provider.key.as_slice(), Timestamp::default()).await;
        assert_eq!(texts(&found.unwrap()), [TEXT]);
        assert_eq!(wire.asked.lock().unwrap()[0]["Names"], json!([name]));
    }

    #[tokio::test]
    async fn what_is_remembered_has_a_bound() {
        let (secrets, _) = secrets(200, &answer(&["new"]));
        let many = (0..MAX_KNOWN).map(|id| (id.to_string(), Secret::new(String::new())));
        secrets.remember(&many.collect());
        secrets.of(&trigger(), &[reference("new", None)], Timestamp::default()).await.unwrap();
        assert_eq!(secrets.known().len(), 1);
    }

    #[tokio::test]
    async fn nothing_shows_a_secret() {
        let (secrets, _) = secrets(200, &answer(&["a"]));
        let found = secrets.of(&trigger(), &[reference("a", None)], Timestamp::default()).await;
        for shown in [format!("{secrets:?}"), format!("{found:?}")] {
            assert!(!shown.contains(TEXT), "{shown}");
        }
    }
}
