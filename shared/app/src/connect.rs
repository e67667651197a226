//! Puts the use cases together from the environment: every AWS client is built once, here.

use aws_credential_types::Credentials;
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::{HttpClient as _, SharedHttpClient, http_client_fn};

use crate::{
    clock::Clock,
    config::{Config, Endpoints},
    egress::{Egress, Policy},
    queue::Queue,
    runs::{Parts, Runs, Settings},
    secrets::Secrets,
    store::{Payloads, Store, Tables},
    telemetry::Telemetry,
};

/// The use cases of a deployed function. Opens no connection yet.
#[must_use]
pub fn connect(config: &Config) -> Runs {
    let settings = Settings {
        wait: config.wait,
        queue_visibility: config.queue_visibility,
        ..Settings::default()
    };
    Runs::new(parts(config), settings).with_telemetry(Telemetry::new(config.telemetry.clone()))
}

/// What any AWS client needs beside its Region: the environment's credentials, and TLS.
#[must_use]
pub fn access(config: &Config) -> (Credentials, SharedHttpClient) {
    let access = &config.credentials;
    let credentials = Credentials::new(
        &access.access_key_id,
        access.secret_access_key.expose(),
        access.session_token.as_ref().map(|token| token.expose().to_owned()),
        None,
        "environment",
    );
    (credentials, http(&config.endpoints))
}

/// What the use cases of a deployed function work with.
#[must_use]
pub fn parts(config: &Config) -> Parts {
    let (credentials, http) = access(config);
    let tables = Tables { runs: config.runs_table.clone(), config: config.config_table.clone() };
    let (region, endpoints) = (&config.region, config.endpoints.clone());
    let payloads = Payloads::connect(
        region,
        endpoints.s3,
        credentials.clone(),
        http.clone(),
        &config.payloads_bucket,
    );
    Parts {
        store: Store::connect(
            region,
            endpoints.dynamodb,
            credentials.clone(),
            http.clone(),
            tables,
            payloads,
        ),
        secrets: Secrets::connect(
            region,
            endpoints.ssm,
            credentials.clone(),
            http.clone(),
            &config.secrets_prefix,
        ),
        queue: Queue::connect(region, endpoints.sqs, credentials, http, config.queue_url.clone()),
        egress: Egress::new(Policy::default()),
        clock: Clock::system(),
    }
}

/// The roots that AWS's endpoints end in. Of the machine's own there are 150, which take longer to
/// read than everything else that a function does before its first answer.
const AMAZON_ROOTS: &[u8] = include_bytes!("amazon_roots.pem");

/// One client for all services; TLS is set up by the first request. The SDK would do so for each
/// service when its client is built, to find a faulty setup early, and throw the result away.
fn http(endpoints: &Endpoints) -> SharedHttpClient {
    let Endpoints { dynamodb, s3, scheduler, sqs, ssm } = endpoints;
    // An endpoint of somebody else's may have any certificate that this machine trusts.
    let mut given = [dynamodb, s3, scheduler, sqs, ssm].into_iter().flatten();
    let is_foreign = given.any(|url| url.starts_with("https"));
    let roots = if is_foreign {
        TrustStore::default()
    } else {
        TrustStore::empty().with_pem_certificate(AMAZON_ROOTS)
    };
    let tls = TlsContext::builder().with_trust_store(roots).build().unwrap_or_default();
    let provider = Provider::Rustls(CryptoMode::AwsLc);
    let client = Builder::new().tls_provider(provider).tls_context(tls).build_https();
    http_client_fn(move |settings, components| client.http_connector(settings, components))
}

#[cfg(test)]
mod tests {
    use rustls::{
        RootCertStore,
        pki_types::{CertificateDer, pem::PemObject as _},
    };

    use super::*;

    #[test]
    fn every_pinned_root_can_be_read() {
        let read = CertificateDer::pem_slice_iter(AMAZON_ROOTS).collect::<Result<Vec<_>, _>>();
        let (valid, invalid) = RootCertStore::empty().add_parsable_certificates(read.unwrap());
        assert_eq!((valid, invalid), (5, 0));
    }
}
