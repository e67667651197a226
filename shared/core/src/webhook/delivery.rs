//! A verified request as an event.

use std::time::Duration;

use http::HeaderMap;

use super::{
    Answer, Envelope, Request, Scheme, Verified,
    document::Document,
    envelope::Facts,
    exchange,
    message::body_digest,
    scheme::{Place, TimePlace, TimeUnit},
};
use crate::model::{FollowUp, Timestamp, limits::MAX_FOLLOW_UP_URL_BYTES};

/// Longest id of a delivery that is kept as it is, in bytes. It stands in a key; longer ones are hashed.
const MAX_ID_BYTES: usize = 200;

/// A verified request, read.
pub struct Delivery<'d> {
    scheme: &'d Scheme,
    verified: &'d Verified<'d>,
    headers: &'d HeaderMap,
    content_type: Option<String>,
    document: Document,
    id: String,
    received_at: Timestamp,
}

impl<'d> Delivery<'d> {
    /// Reads a request that was verified as `scheme`'s.
    #[must_use]
    pub fn read(
        scheme: &'d Scheme,
        verified: &'d Verified<'d>,
        request: &Request<'d>,
        received_at: Timestamp,
    ) -> Self {
        let document = Document::read(request);
        let headers = request.headers;
        let id = first(&scheme.delivery, headers, &document).map_or_else(
            || format!("sha256:{}", body_digest(request.body)),
            |id| {
                if id.len() > MAX_ID_BYTES {
                    format!("sha256:{}", body_digest(id.as_bytes()))
                } else {
                    id
                }
            },
        );
        let content_type = request.content_type().map(|(name, _)| name);
        Self { scheme, verified, headers, content_type, document, id, received_at }
    }

    /// What tells it from the provider's other deliveries and is the same when it is repeated.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The answer, where the request only asks whether the endpoint is ours. No run may start then.
    #[must_use]
    pub fn handshake(&self) -> Option<Answer> {
        exchange::answer(&self.scheme.handshakes, self.verified, self.headers, &self.document)
    }

    /// The answer that the provider needs when the delivery is stored. Where there is none, any 2xx does.
    #[must_use]
    pub fn reply(&self) -> Option<Answer> {
        exchange::answer(&self.scheme.replies, self.verified, self.headers, &self.document)
    }

    /// Where the result of the run goes, where the reply only says that there will be one.
    #[must_use]
    pub fn follow_up(&self) -> Option<FollowUp> {
        let rule = self.scheme.follow_up.as_ref()?;
        if !exchange::all_hold(&rule.when, self.headers, &self.document) {
            return None;
        }
        let url = rule.url.of(self.document.root());
        Some(FollowUp {
            method: rule.method,
            url: url.filter(|url| url.len() <= MAX_FOLLOW_UP_URL_BYTES)?,
            member: rule.text.clone(),
            max_characters: rule.max_characters,
            valid_until: self.received_at.after(Duration::from_secs(rule.valid_s.into())),
            max_uses: rule.max_uses,
        })
    }

    /// What may be an answer to a run: the token of a link, and what is answered. Whether it is a token is for
    /// who knows them.
    #[must_use]
    pub fn input(&self) -> Option<(String, String)> {
        let places = self.scheme.input.as_ref()?;
        let link = places.link.text(self.document.root())?;
        let token = link.rsplit('/').next().unwrap_or_default().to_owned();
        Some((token, places.data.text(self.document.root())?))
    }

    /// The event.
    #[must_use]
    pub fn into_envelope(self) -> Envelope {
        let event_time =
            self.scheme.time.as_ref().and_then(|place| time(place, self.headers, &self.document));
        let time = event_time.or(self.verified.signed_at()).unwrap_or(self.received_at);
        let facts = Facts {
            provider: self.scheme.provider.clone(),
            id: self.id,
            event: first(&self.scheme.event, self.headers, &self.document),
            account: first(&self.scheme.account, self.headers, &self.document),
            time,
            content_type: self.content_type,
        };
        Envelope::new(facts, self.document)
    }
}

/// The text in the first of `places` that has one.
fn first(places: &[Place], headers: &HeaderMap, document: &Document) -> Option<String> {
    places.iter().find_map(|place| text(place, headers, document))
}

fn text(place: &Place, headers: &HeaderMap, document: &Document) -> Option<String> {
    let text = match place {
        Place::Header(header) => headers.get(header.name())?.to_str().ok()?.to_owned(),
        Place::Body(pointer) => pointer.text(document.root())?,
        Place::Text(text) => text.clone(),
    };
    (!text.is_empty() && !text.chars().any(char::is_control)).then_some(text)
}

fn time(place: &TimePlace, headers: &HeaderMap, document: &Document) -> Option<Timestamp> {
    let text = text(&place.at, headers, document)?;
    let milliseconds = match place.unit {
        TimeUnit::S => text.parse::<u64>().ok()?.checked_mul(1000)?,
        TimeUnit::Ms => text.parse().ok()?,
        TimeUnit::Rfc3339 => {
            let time: jiff::Timestamp = text.parse().ok()?;
            u64::try_from(time.as_millisecond()).ok()?
        }
    };
    // Later than year 9999 nothing can be written as RFC 3339.
    let written = i64::try_from(milliseconds)
        .ok()
        .and_then(|time| jiff::Timestamp::from_millisecond(time).ok());
    written.map(|_| Timestamp::from_millis(milliseconds))
}
