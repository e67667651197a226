//! Results and errors as answers.

use lambda_http::{Body, Request, Response as HttpResponse, http::StatusCode};
use serde_json::{Value, json};

use super::{Envelope, Error, envelope::Response};
use crate::{
    http::{
        detail::{self, Wording},
        events::{self, Reply, StreamedBody},
        question::Question,
        respond::{self, json_of},
    },
    telemetry::{Event, Outcome},
};

const WORDING: Wording = Wording {
    no_trigger: "Trigger not found",
    no_run: "Workflow not found",
    failed: "Process query failed: Internal server error",
    place,
};

/// The answer to `request`, which ends its event. Never fails: what cannot be written becomes a 500.
pub async fn reply(
    request: &Request,
    event: Event,
    result: Result<Envelope, Error>,
) -> HttpResponse<Body> {
    if let Err(Error::Failed(error)) = &result {
        event.notes().failed(error);
    }
    let response = result
        .and_then(|envelope| write(request, envelope))
        .unwrap_or_else(|error| detail::refuse(request.headers(), &error, &WORDING));
    event.end(Outcome::Answered(response.status().as_u16())).await;
    response
}

/// The answer to a request that may have asked for events, which end the request's event then.
pub async fn reply_with_events(
    request: &Request,
    event: Event,
    result: Result<Reply<Envelope>, Error>,
) -> HttpResponse<StreamedBody> {
    match Reply::split(result) {
        Ok(events) => events.write(event),
        Err(whole) => events::whole(reply(request, event, whole).await),
    }
}

fn write(request: &Request, mut envelope: Envelope) -> Result<HttpResponse<Body>, Error> {
    if let Response::Question(question) = &mut envelope.response {
        Question::locate(Some(question), request);
    }
    let mut response = json_of(StatusCode::OK, &envelope)?;
    if envelope.replayed {
        respond::mark_replayed(&mut response);
    }
    Ok(response)
}

/// Everything but `message` came from `user_variables`.
fn place(pointer: &str) -> Value {
    let mut place = vec![json!("body")];
    let mut steps = pointer.split('/').skip(1).peekable();
    if steps.peek().is_some_and(|first| *first != "message") {
        place.push(json!("user_variables"));
    }
    place.extend(steps.map(|step| json!(step)));
    Value::Array(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_input_is_named_as_in_the_body() {
        assert_eq!(place("/message"), json!(["body", "message"]));
        assert_eq!(place("/a/0"), json!(["body", "user_variables", "a", "0"]));
        assert_eq!(place(""), json!(["body"]));
    }
}
