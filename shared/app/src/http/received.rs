//! A request as an event that is told of.

use lambda_http::{Request, RequestExt};

use super::{address, headers};
use crate::{
    runs::Runs,
    telemetry::{Beginning, Event, Kind, known_method},
};

/// Begins to watch a request that reached `function`. The answer ends it.
#[must_use]
pub fn received(runs: &Runs, function: &'static str, request: &Request) -> Event {
    let invocation = request.lambda_context_ref();
    let xray = invocation.and_then(|context| context.xray_trace_id.as_deref());
    runs.telemetry().begin(Beginning {
        function,
        kind: Kind::Request {
            method: known_method(request.method().as_str()),
            route: address::resource(request).to_owned(),
        },
        now_ms: runs.now().as_millis(),
        context: headers::trace_context(request.headers(), xray),
        invocation: invocation.map(|context| context.request_id.clone()),
    })
}
