//! What is too large for an item: one object each in a bucket, which the item refers to.
//!
//! An object's key holds the hash of its content, so two writers of one entry never touch each
//! other's, and writing one again changes nothing. An object that no item refers to (its writer
//! died, or lost the entry) is never read and expires with the rest.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use aws_sdk_s3::{
    Client,
    config::{Builder, Config, RequestChecksumCalculation, ResponseChecksumValidation},
    error::{ProvideErrorMetadata, SdkError},
    operation::get_object::GetObjectError,
    primitives::ByteStream,
};
use aws_types::SdkConfig;

use super::{
    Error, PayloadFault,
    item::{Item, Reader, number, text},
};
use crate::model::{ContentHash, RunId};

/// The bucket of payloads. Cloning shares its client, which is made when the first payload comes:
/// most functions never meet one.
#[derive(Clone)]
pub struct Payloads(Arc<Bucket>);

struct Bucket {
    config: Config,
    client: OnceLock<Client>,
    /// Signs URLs for others, where they reach the bucket at another address than this process.
    signer: Option<Client>,
    name: String,
}

impl fmt::Debug for Payloads {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Payloads").field(&self.0.name).finish()
    }
}

impl Payloads {
    /// The bucket `name` through a client of `config`.
    #[must_use]
    pub fn new(config: Config, name: impl Into<String>) -> Self {
        let client = OnceLock::new();
        Self(Arc::new(Bucket { config, client, signer: None, name: name.into() }))
    }

    /// The same bucket, whose URLs for others are made by `signer`.
    #[must_use]
    pub fn with_signer(self, signer: Config) -> Self {
        let Bucket { config, name, .. } = &*self.0;
        let signer = Some(Client::from_conf(signer));
        let (config, client, name) = (config.clone(), OnceLock::new(), name.clone());
        Self(Arc::new(Bucket { config, client, signer, name }))
    }

    /// The bucket `name` on AWS, or on what stands at `endpoint`. Opens no connection yet.
    #[must_use]
    pub fn connect(account: &SdkConfig, endpoint: Option<String>, name: &str) -> Self {
        let mut config = Builder::from(account)
            // Whatever stands there has no name a bucket.
            .force_path_style(endpoint.is_some())
            // The signature covers the content's hash on its way there, and ours covers all of its
            // life; checksums of the SDK's own would be a third, which not every server knows.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
        config.set_endpoint_url(endpoint);
        Self::new(config.build(), name)
    }

    pub(super) fn client(&self) -> &Client {
        self.0.client.get_or_init(|| Client::from_conf(self.0.config.clone()))
    }

    /// The client that signs URLs for others.
    pub(super) fn signer(&self) -> &Client {
        self.0.signer.as_ref().unwrap_or_else(|| self.client())
    }

    pub(super) fn name(&self) -> &str {
        &self.0.name
    }

    /// Puts the payload of entry `seq` there: one request. Again changes nothing.
    pub(super) async fn put(&self, run: RunId, seq: u64, payload: Vec<u8>) -> Result<(), Error> {
        let key = key(run, seq, &ContentHash::of(&payload));
        let put = self.client().put_object().bucket(&self.0.name).key(key);
        Box::pin(put.body(ByteStream::from(payload)).send()).await?;
        Ok(())
    }

    /// What [`Payloads::put`] put there: one request.
    ///
    /// # Errors
    /// [`Error::Payload`] when it is not there or not the same any more.
    pub(super) async fn get(
        &self,
        run: RunId,
        seq: u64,
        reference: &Reference,
    ) -> Result<Vec<u8>, Error> {
        let faulty = |fault| Error::Payload { run, seq, fault };
        let key = key(run, seq, &reference.hash);
        let get = self.client().get_object().bucket(&self.0.name).key(key);
        let object = Box::pin(get.send()).await.map_err(|error| match fault_of(&error) {
            Some(fault) => faulty(fault),
            None => error.into(),
        })?;
        // Of what is longer than it should be, nothing is read.
        let stored_bytes = object.content_length.and_then(|length| u64::try_from(length).ok());
        if stored_bytes != Some(reference.bytes) {
            return Err(faulty(PayloadFault::Damaged));
        }
        let payload = object.body.collect().await;
        let payload = payload.map_err(|error| Error::Unavailable(error.into()))?.to_vec();
        if Reference::of(&payload) == *reference {
            Ok(payload)
        } else {
            Err(faulty(PayloadFault::Damaged))
        }
    }
}

/// What a refusal says about the payload, where it says something.
fn fault_of(error: &SdkError<GetObjectError>) -> Option<PayloadFault> {
    match error.as_service_error()?.code()? {
        "NoSuchKey" => Some(PayloadFault::Missing),
        "AccessDenied" => Some(PayloadFault::Withheld),
        _ => None,
    }
}

fn key(run: RunId, seq: u64, hash: &ContentHash) -> String {
    format!("payloads/{run}/{seq:010}-{hash}")
}

/// How an item refers to a payload.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reference {
    hash: ContentHash,
    bytes: u64,
}

impl Reference {
    pub(super) fn of(payload: &[u8]) -> Self {
        Self { hash: ContentHash::of(payload), bytes: payload.len() as u64 }
    }

    pub(super) fn write(&self, item: &mut Item) {
        item.insert("payload".to_owned(), text(self.hash.as_str()));
        item.insert("payload_bytes".to_owned(), number(self.bytes));
    }

    /// The one in an item, where it refers to one.
    pub(super) fn read(item: Reader<'_>) -> Result<Option<Self>, Error> {
        let Some(hash) = item.optional_text("payload") else { return Ok(None) };
        let hash = ContentHash::from_stored(hash.to_owned());
        Ok(Some(Self { hash, bytes: item.number("payload_bytes")? }))
    }
}
