//! Requests to do a run again that has ended.

use lambda_http::Request;

use super::{
    Asked, Error,
    file::FileRules,
    input::{Faults, Input},
    request::expect_method,
    typed::TypedInputs,
};
use crate::{
    http::{
        address::{self, parameter},
        detail,
    },
    runs::{DeclaredInputs, Idempotency, Original},
};

/// A request to do a run again.
pub struct AgainRequest<'a> {
    request: &'a Request,
    is_retry: bool,
}

/// How it is to be done again.
pub enum Wish {
    /// As it was: the same input, the same version of the flow.
    Retry,
    /// In the version of now, with its own input or with this one.
    Replay(Option<Edited>),
}

/// Inputs in place of a run's own.
pub struct Edited(Vec<Input>);

impl<'a> AgainRequest<'a> {
    /// The request, if it is one; looks at the method.
    ///
    /// # Errors
    /// 405 for another one than POST and OPTIONS.
    pub fn of(request: &'a Request) -> Result<Option<Self>, Error> {
        let resource = address::resource(request);
        let is_retry = resource.ends_with("/retry");
        if !is_retry && !resource.ends_with("/replay") {
            return Ok(None);
        }
        expect_method(request, "POST, OPTIONS")?;
        Ok(Some(Self { request, is_retry }))
    }

    /// The run named in the path.
    #[must_use]
    pub fn run(&self) -> String {
        parameter(self.request, "run_id")
    }

    /// What is wished for. A retry has no body, and a replay needs none.
    ///
    /// # Errors
    /// 413, 415, and 422 with the place of every fault.
    pub fn wish(&self) -> Result<Wish, Error> {
        if self.is_retry {
            return Ok(Wish::Retry);
        }
        if self.request.body().iter().all(u8::is_ascii_whitespace) {
            return Ok(Wish::Replay(None));
        }
        let given = detail::members(self.request)?.remove("inputs");
        let Some(given) = given.filter(|given| !given.is_null()) else {
            return Ok(Wish::Replay(None));
        };
        let mut faults = Faults::default();
        let inputs = Input::all(Some(given), &mut faults);
        faults.none_or(Wish::Replay(Some(Edited(inputs))))
    }

    /// The inputs of a flow that declares them so.
    ///
    /// # Errors
    /// 422 with the place of every fault.
    pub fn typed(&self, edited: Edited, declared: &DeclaredInputs) -> Result<TypedInputs, Error> {
        let base = address::of_files(self.request);
        TypedInputs::of(edited.0, declared, FileRules { base: &base, fetches: true })
    }

    /// What a repeat has in common with the request, whose flow gets these inputs in place of its run's own.
    ///
    /// # Errors
    /// 422 for a key that is none.
    pub fn idempotency(
        &self,
        original: &Original,
        inputs: Option<&TypedInputs>,
    ) -> Result<Option<Idempotency>, Error> {
        let key = detail::idempotency_key(self.request.headers())?;
        let how = if self.is_retry { "retry" } else { "replay" };
        let input = inputs.map(TypedInputs::said).unwrap_or_default();
        let body = detail::hash_of(&format!("{how} {}\n{input}", original.id()), None);
        Ok(key.map(|key| Idempotency::Key { key, body }))
    }
}

impl Wish {
    /// What the answer is made of.
    #[must_use]
    pub fn asked(&self, original: &Original) -> Asked {
        let names = match self {
            Self::Replay(Some(Edited(inputs))) => inputs.iter().map(|it| it.name.clone()).collect(),
            Self::Retry | Self::Replay(None) => Vec::new(),
        };
        Asked::again(original, names)
    }
}

#[cfg(test)]
mod tests {
    use lambda_http::{
        Body, RequestExt as _, aws_lambda_events::apigw::ApiGatewayProxyRequestContext, http,
        request::RequestContext,
    };

    use super::*;

    fn is_edited(resource: &str, body: &str) -> Result<Option<bool>, Error> {
        let mut context = ApiGatewayProxyRequestContext::default();
        context.resource_path = Some(resource.to_owned());
        let request = http::Request::post("/").body(Body::from(body)).unwrap();
        let request = request.with_request_context(RequestContext::ApiGatewayV1(context));
        let Some(again) = AgainRequest::of(&request)? else { return Ok(None) };
        Ok(Some(matches!(again.wish()?, Wish::Replay(Some(_)))))
    }

    #[test]
    fn a_replay_has_its_own_inputs_where_it_brings_them() {
        let input = r#"{"inputs": [{"name": "a", "type": "text", "value": "b"}]}"#;
        for (resource, body, edited) in [
            ("/runs/{run_id}/retry", "no JSON", Some(false)),
            ("/runs/{run_id}/replay", "", Some(false)),
            ("/runs/{run_id}/replay", " \n", Some(false)),
            ("/runs/{run_id}/replay", "{}", Some(false)),
            ("/runs/{run_id}/replay", r#"{"inputs": null}"#, Some(false)),
            ("/runs/{run_id}/replay", r#"{"inputs": []}"#, Some(true)),
            ("/runs/{run_id}/replay", input, Some(true)),
            ("/trigger", "{}", None),
        ] {
            assert_eq!(is_edited(resource, body).unwrap(), edited, "{resource} {body}");
        }
        for body in ["[]", "null", "no JSON", r#"{"inputs": 1}"#] {
            let refused = is_edited("/runs/{run_id}/replay", body);
            assert!(matches!(refused, Err(Error::Invalid(_))), "{body}");
        }
    }
}
