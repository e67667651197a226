//! What comes in by a trigger's URL: whether it is its provider's, and what it asks for.

use std::sync::Arc;

use super::{Door, Error, ErrorKind, Input, Runs, Start};
use crate::{
    auth::InputToken,
    model::{Verification, Webhook},
    store::Idempotency,
    webhook::{self, Answer, Delivery, HeaderMap, Refusal, Request, Scheme},
};

/// A request as it came. Has no `Debug` form: signatures and bodies are nothing for logs.
pub struct Incoming<'r> {
    /// As in `POST`.
    pub method: &'r str,
    /// The whole URL as it was called; none where that is not known to the byte.
    pub url: Option<String>,
    /// The headers.
    pub headers: &'r HeaderMap,
    /// The raw body.
    pub body: &'r [u8],
}

/// What a request is.
pub enum Received {
    /// Not signed, because the trigger asks for no signature: what it says is the caller's to read.
    Unsigned,
    /// A question whether the URL is ours, with the answer. It starts no run.
    Handshake(Answer),
    /// A run was answered, or could not be, with what the provider has to be told. It starts none.
    Input(Option<Answer>),
    /// An event, once more or for the first time, and what its provider has to be answered.
    Event(Box<Start>, Option<Answer>),
}

impl Runs {
    /// Holds a request against the signature that the trigger asks for. Nothing is written.
    ///
    /// # Errors
    /// [`Error::NotAdmitted`]; [`Error::Internal`] where the trigger says nothing that can be verified;
    /// others when something could not be looked up (retry is safe).
    pub async fn receive(&self, door: &Door, incoming: &Incoming<'_>) -> Result<Received, Error> {
        let Some(webhook) = &door.trigger.webhook else { return Ok(Received::Unsigned) };
        let Some(scheme) = self.scheme(&webhook.verification)? else {
            return Ok(Received::Unsigned);
        };
        if scheme.signs_url() && incoming.url.is_none() {
            return Err(self.refuse("inexact_url"));
        }
        let Door { trigger, environment } = door;
        match self.judge(&scheme, webhook, door, incoming).await? {
            Ok(received) => Ok(received),
            Err(refusal) => {
                // The secret that signed it may have been added a moment ago.
                let anew = self.config.trigger_anew(&trigger.id, self.now()).await?;
                let changed = anew.filter(|anew| anew != trigger);
                let judged = match changed.as_ref().and_then(|trigger| trigger.webhook.as_ref()) {
                    Some(anew) if anew.verification == webhook.verification => {
                        let door = Door { trigger: Arc::clone(trigger), environment: *environment };
                        self.judge(&scheme, anew, &door, incoming).await?
                    }
                    _ => Err(refusal),
                };
                judged.map_err(|refusal| self.refuse(refusal.name()))
            }
        }
    }

    async fn judge(
        &self,
        scheme: &Scheme,
        webhook: &Webhook,
        door: &Door,
        incoming: &Incoming<'_>,
    ) -> Result<Result<Received, Refusal>, Error> {
        let now = self.now();
        let Incoming { method, url, headers, body } = incoming;
        let url = url.as_deref().unwrap_or_default();
        let request = Request { method, url, headers, body };
        // Who has come as far as this has the URL's token; what a process reads here, it keeps.
        let (secrets, _) = futures::join!(
            self.secrets.of(&*door.trigger, &webhook.secrets, now),
            self.read_flow_ahead(&door.trigger, Some(door.environment)),
        );
        let secrets = secrets?;
        let verified = match webhook::verify(scheme, &secrets, &request, now) {
            Ok(verified) => verified,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let delivery = Delivery::read(scheme, &verified, &request, now);
        if let Some(answer) = delivery.handshake() {
            self.notes.webhook("handshake");
            return Ok(Ok(Received::Handshake(answer)));
        }
        let reply = delivery.reply();
        if let Some((token, said)) = delivery.input()
            && InputToken::parse(&token).is_ok()
        {
            self.take_pressed(&token, said).await?;
            return Ok(Ok(Received::Input(reply)));
        }
        let idempotency = Idempotency::Delivery {
            provider: scheme.provider.as_str().to_owned(),
            id: delivery.id().to_owned(),
        };
        let follow_up = delivery.follow_up();
        let input = delivery.into_envelope().into_value();
        let trigger = Arc::clone(&door.trigger);
        let start = Start {
            idempotency: Some(idempotency),
            follow_up,
            ..Start::new(trigger, door.environment, input)
        };
        Ok(Ok(Received::Event(Box::new(start), reply)))
    }

    /// Whoever presses a button a second time, or too late, can do nothing about it: the provider is told that it
    /// arrived, and the line of the event what became of it.
    async fn take_pressed(&self, token: &str, said: String) -> Result<(), Error> {
        match Box::pin(self.answer_by_link(token, Input::typed(said))).await {
            Ok(_) => self.notes.webhook("input"),
            Err(error) => match error.kind() {
                ErrorKind::NotFound | ErrorKind::Conflict | ErrorKind::Invalid => {
                    self.notes.webhook("input_refused");
                }
                _ => return Err(error),
            },
        }
        Ok(())
    }

    /// How a request has to be signed; none where it has not to.
    fn scheme(&self, verification: &Verification) -> Result<Option<Arc<Scheme>>, Error> {
        const UNREADABLE: Error = Error::internal("a webhook's scheme cannot be read");
        match verification {
            Verification::UrlTokenAlone => Ok(None),
            Verification::Provider(name) => {
                webhook::named(name).cloned().ok_or(UNREADABLE).map(Some)
            }
            Verification::Scheme(text) => {
                let read = |text: &str| Scheme::read(text).map(Arc::new).map_err(|_| UNREADABLE);
                self.compiled.schemes.of(text, read).map(Some)
            }
        }
    }
}
