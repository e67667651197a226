//! Sending, and what comes back.

use std::time::Duration;

use futures::{StreamExt as _, stream};
use shared::{
    egress::{Egress, Policy, Redirects, Request, Response},
    webhook::Signed,
};

use crate::error::Error;

/// How long an answer may take: longer than any provider waits, since whoever tests wants to see it.
const PATIENCE: Duration = Duration::from_secs(90);

/// Most copies that are on their way at once.
const AT_ONCE: usize = 64;

/// Sends `copies` of a request and returns the answers.
pub(super) async fn deliver(signed: &Signed, copies: u32) -> Result<Vec<Response>, Error> {
    // Whoever holds this command line may call what this machine may call, itself first of all.
    let policy = Policy { allow_private_targets: true, ..Policy::default() };
    let egress = Egress::new(policy);
    let answers: Vec<_> = stream::iter(0..copies)
        .map(|_| egress.send(request(signed)))
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let answers: Result<Vec<_>, _> = answers.into_iter().collect();
    answers.map_err(|error| Error::because("the delivery was not answered", error))
}

fn request(signed: &Signed) -> Request {
    let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    Request {
        method: http::Method::POST,
        url: signed.url.clone(),
        headers: signed.headers.iter().map(header).collect(),
        body: Some(signed.body.clone().into()),
        timeout: PATIENCE,
        redirects: Redirects::Return,
    }
}
