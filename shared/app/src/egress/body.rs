//! Collects an answer's body under a limit that counts the bytes received and the bytes decoded.
//!
//! Decoding goes piece by piece into a buffer that refuses to grow past the limit, so a few kilobytes that stand for
//! gigabytes cost the limit and no more.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use http::{HeaderMap, header};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};

use super::error::{Error, ErrorKind};

/// Whether the body is one that [`collect`] decodes.
pub(super) fn is_gzip(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(header::CONTENT_ENCODING).iter();
    let (Some(coding), None) = (codings.next(), codings.next()) else {
        return false;
    };
    let coding = coding.as_bytes().trim_ascii();
    coding.eq_ignore_ascii_case(b"gzip") || coding.eq_ignore_ascii_case(b"x-gzip")
}

/// Whether the body is anything but what it was before it was sent.
pub(super) fn is_coded(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(header::CONTENT_ENCODING).iter();
    codings.any(|coding| !coding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity"))
}

/// The whole body, decoded if `gzip`.
pub(super) async fn collect(
    mut body: Incoming,
    gzip: bool,
    max_bytes: usize,
    host: &str,
) -> Result<Bytes, Error> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > max_bytes {
        return Err(too_large(max_bytes, host));
    }
    let mut sink = Sink::new(gzip, announced, max_bytes);
    let mut received_bytes = 0_usize;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Error::from_body(error, host))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        // Compressed bytes count too: a stream of empty gzip members never yields a byte.
        received_bytes = received_bytes.saturating_add(data.len());
        if received_bytes > max_bytes {
            return Err(too_large(max_bytes, host));
        }
        sink.write(&data).map_err(|error| undecodable(error, max_bytes, host))?;
    }
    // Servers send empty bodies as gzip without gzip's own header, which a decoder would call damaged.
    if received_bytes == 0 {
        return Ok(Bytes::new());
    }
    sink.finish().map(Bytes::from).map_err(|error| undecodable(error, max_bytes, host))
}

enum Sink {
    Plain(Capped),
    Gzip(Box<MultiGzDecoder<Capped>>),
}

impl Sink {
    fn new(gzip: bool, announced_bytes: usize, max_bytes: usize) -> Self {
        let capped = Capped { bytes: Vec::with_capacity(announced_bytes), max_bytes };
        if gzip { Self::Gzip(Box::new(MultiGzDecoder::new(capped))) } else { Self::Plain(capped) }
    }

    fn write(&mut self, data: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(capped) => capped.write_all(data),
            Self::Gzip(decoder) => decoder.write_all(data),
        }
    }

    fn finish(self) -> io::Result<Vec<u8>> {
        match self {
            Self::Plain(capped) => Ok(capped.bytes),
            Self::Gzip(decoder) => decoder.finish().map(|capped| capped.bytes),
        }
    }
}

/// A buffer that answers `FileTooLarge` to what would take it past its limit.
struct Capped {
    bytes: Vec<u8>,
    max_bytes: usize,
}

impl Write for Capped {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        if data.len() > self.max_bytes.saturating_sub(self.bytes.len()) {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(data);
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn undecodable(error: io::Error, max_bytes: usize, host: &str) -> Error {
    if error.kind() == io::ErrorKind::FileTooLarge {
        return too_large(max_bytes, host);
    }
    let message = format!("the gzip body from `{host}` is damaged");
    Error::new(ErrorKind::Protocol, message).with_source(error)
}

fn too_large(max_bytes: usize, host: &str) -> Error {
    let message = format!("the answer from `{host}` is larger than {max_bytes} bytes");
    Error::new(ErrorKind::TooLarge, message)
}
