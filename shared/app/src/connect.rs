//! Puts the use cases together from the environment: every AWS client is built once, here.

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{
    behavior_version::BehaviorVersion,
    http::{HttpClient as _, SharedHttpClient, http_client_fn},
};
use aws_types::{SdkConfig, region::Region};

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

/// What every AWS client needs: the Region, the environment's credentials, TLS.
#[must_use]
pub fn account(config: &Config) -> SdkConfig {
    let access = &config.credentials;
    let credentials = Credentials::new(
        &access.access_key_id,
        access.secret_access_key.expose(),
        access.session_token.as_ref().map(|token| token.expose().to_owned()),
        None,
        "environment",
    );
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(config.region.clone()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http(&config.endpoints))
        .build()
}

/// What the use cases of a deployed function work with.
#[must_use]
pub fn parts(config: &Config) -> Parts {
    let (account, endpoints) = (account(config), config.endpoints.clone());
    let tables = Tables { runs: config.runs_table.clone(), config: config.config_table.clone() };
    let payloads = Payloads::connect(&account, endpoints.s3, &config.payloads_bucket);
    Parts {
        store: Store::connect(&account, endpoints.dynamodb, tables, payloads),
        secrets: Secrets::connect(&account, endpoints.ssm, &config.secrets_prefix),
        queue: Queue::connect(&account, endpoints.sqs, config.queue_url.clone()),
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
