//! Puts the use cases together from the environment: every AWS client is built once, here.

use aws_credential_types::Credentials;
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};

use crate::{
    clock::Clock,
    config::Config,
    egress::{Egress, Policy},
    queue::Queue,
    runs::{Parts, Runs, Settings},
    store::{Store, Tables},
};

/// The use cases of a deployed function. Opens no connection yet.
#[must_use]
pub fn connect(config: &Config) -> Runs {
    let settings = Settings {
        wait: config.wait,
        queue_visibility: config.queue_visibility,
        ..Settings::default()
    };
    Runs::new(parts(config), settings)
}

/// What the use cases of a deployed function work with.
#[must_use]
pub fn parts(config: &Config) -> Parts {
    let access = &config.credentials;
    let credentials = Credentials::new(
        &access.access_key_id,
        access.secret_access_key.expose(),
        access.session_token.as_ref().map(|token| token.expose().to_owned()),
        None,
        "environment",
    );
    let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https();
    let tables = Tables { runs: config.runs_table.clone(), config: config.config_table.clone() };
    let (region, endpoints) = (&config.region, config.endpoints.clone());
    Parts {
        store: Store::connect(
            region,
            endpoints.dynamodb,
            credentials.clone(),
            http.clone(),
            tables,
        ),
        queue: Queue::connect(region, endpoints.sqs, credentials, http, config.queue_url.clone()),
        egress: Egress::new(Policy::default()),
        clock: Clock::system(),
    }
}
