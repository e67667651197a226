//! Files that runs are started with: an object each, below a prefix whose objects expire within days. It
//! lies under the hash of its id, so whoever lists the bucket can open none by its URL.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use aws_sdk_s3::{
    error::ProvideErrorMetadata,
    presigning::{PresignedRequest, PresigningConfig},
    primitives::ByteStream,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Error, Store};
use crate::{
    auth::FileToken,
    model::{TELLING_BYTES, Timestamp, limits},
};

/// How long the address of an object works that a file's URL leads to: the next request, and no more.
const ADDRESS: Duration = Duration::from_mins(5);

/// What stands in a header's encoded text as it is (RFC 8187, section 3.2.1).
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Where a file is to be uploaded to.
#[derive(Clone, PartialEq, Eq)]
pub struct Upload {
    /// The URL of a PUT.
    pub url: String,
    /// What the PUT has to have, beside the file: it is signed, the length too.
    pub headers: Vec<(String, String)>,
    /// Until when it has to begin.
    pub until: Timestamp,
}

/// Whoever has the URL may upload.
impl fmt::Debug for Upload {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Upload").field("until", &self.until).finish_non_exhaustive()
    }
}

/// A stored file as far as it has to be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// Its length.
    pub size_bytes: u64,
    /// Its first [`TELLING_BYTES`], or all.
    pub first: Vec<u8>,
}

fn key(file: &FileToken) -> String {
    format!("files/{}", file.hash())
}

impl Store {
    /// Puts a file there: one request. Again changes nothing.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe.
    pub async fn put_file(&self, file: &FileToken, content: Vec<u8>) -> Result<(), Error> {
        let put = self.payloads.client().put_object().bucket(self.payloads.name()).key(key(file));
        let put = put.content_type(&file.file.content_type).body(ByteStream::from(content));
        put.send().await?;
        Ok(())
    }

    /// The beginning of a file, if it is there: one request.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn stored_file(&self, file: &FileToken) -> Result<Option<StoredFile>, Error> {
        let get = self.payloads.client().get_object().bucket(self.payloads.name()).key(key(file));
        let object = match get.range(format!("bytes=0-{}", TELLING_BYTES - 1)).send().await {
            Ok(object) => object,
            // Whoever may not list the bucket is told the second (S3 API reference, `GetObject`).
            Err(error) if matches!(error.code(), Some("NoSuchKey" | "AccessDenied")) => {
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        // `bytes 0-15/1234`.
        let whole = object.content_range.as_deref().and_then(|range| range.rsplit_once('/'));
        let size_bytes = whole.and_then(|(_, length)| length.parse().ok());
        let size_bytes = size_bytes.ok_or(Error::Corrupt { what: "file" })?;
        let first = object.body.collect().await;
        let first = first.map_err(|error| Error::Unavailable(error.into()))?.to_vec();
        Ok(Some(StoredFile { size_bytes, first }))
    }

    /// An address where the file can be read for a few minutes from `now`. Asks nobody.
    ///
    /// # Errors
    /// [`Error::Internal`] when it cannot be signed.
    pub async fn file_address(&self, file: &FileToken, now: Timestamp) -> Result<String, Error> {
        let get = self.payloads.signer().get_object().bucket(self.payloads.name()).key(key(file));
        let name = utf8_percent_encode(&file.file.name, PLAIN);
        // Its sender says what type it has: a browser shall keep it, and not show it.
        let get = get.response_content_disposition(format!("attachment; filename*=UTF-8''{name}"));
        let signed = get.presigned(signing(now, ADDRESS)?).await.map_err(Error::internal)?;
        Ok(signed.uri().to_owned())
    }

    /// Where this file, and nothing of another length or type, may be uploaded to, once, from `now` on.
    /// Asks nobody.
    ///
    /// # Errors
    /// [`Error::Internal`] when it cannot be signed.
    pub async fn upload(&self, file: &FileToken, now: Timestamp) -> Result<Upload, Error> {
        let put = self.payloads.signer().put_object().bucket(self.payloads.name()).key(key(file));
        let size_bytes = i64::try_from(file.file.size_bytes).map_err(Error::internal)?;
        // What was looked at when the run started cannot be another file later.
        let put = put.if_none_match("*").content_length(size_bytes);
        let put = put.content_type(&file.file.content_type);
        let signed = put.presigned(signing(now, limits::UPLOAD)?).await.map_err(Error::internal)?;
        let url = signed.uri().to_owned();
        Ok(Upload { url, headers: headers(&signed), until: now.after(limits::UPLOAD) })
    }
}

fn headers(signed: &PresignedRequest) -> Vec<(String, String)> {
    signed.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn signing(now: Timestamp, lasts: Duration) -> Result<PresigningConfig, Error> {
    let starts_at = SystemTime::UNIX_EPOCH + Duration::from_millis(now.as_millis());
    let config = PresigningConfig::builder().start_time(starts_at).expires_in(lasts);
    config.build().map_err(Error::internal)
}
