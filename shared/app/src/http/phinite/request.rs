//! Requests of the dialect.

use std::sync::Arc;

use lambda_http::{Request, RequestExt};
use serde_json::{Map, Value, json};

use super::Error;
use crate::{
    http::{
        address::parameter,
        detail::{self, RUN_AT},
        events, headers,
    },
    model::{Environment, Trigger},
    runs::{Idempotency, Runs, Start},
};

/// A request to run a trigger's flow, waiting or not.
pub struct TriggerRequest<'a> {
    request: &'a Request,
    workspace: String,
    trigger: String,
}

impl<'a> TriggerRequest<'a> {
    /// Reads the path.
    ///
    /// # Errors
    /// 405 for another method than POST.
    pub fn of(request: &'a Request) -> Result<Self, Error> {
        expect_method(request, "POST")?;
        let workspace = parameter(request, "workspace_id");
        Ok(Self { request, workspace, trigger: parameter(request, "trigger_id") })
    }

    /// Whether the caller wants to follow the run.
    #[must_use]
    pub fn wants_events(&self) -> bool {
        headers::accepts(self.request.headers(), events::MEDIA_TYPE)
    }

    /// What is to be started for its caller, who may start it. A caller whose key is not accepted is not told what is
    /// wrong with the request.
    ///
    /// # Errors
    /// 401, 403, 404, 429; 413, 415, and 422 with the place of the fault; 500 and 503. Nothing was started.
    pub async fn prepare(&self, runs: &Runs) -> Result<Start, Error> {
        let environment = self.environment();
        let (token, ahead) = (detail::token(self.request)?, environment.as_ref().ok().copied());
        let workspace = Some(&*self.workspace);
        let caller = runs.authenticate_to_start(token, workspace, &self.trigger, ahead).await?;
        let environment = environment?;
        let trigger = runs.trigger(&caller, &self.trigger, environment).await?;
        self.start(trigger, environment)
    }

    /// The environment named in the path.
    fn environment(&self) -> Result<Environment, Error> {
        let text = parameter(self.request, "environment");
        text.parse().map_err(|_| {
            Error::invalid(
                "enum",
                &json!(["path", "environment"]),
                "Input should be 'DEV', 'UAT' or 'PROD'",
                &Value::String(text.clone()),
            )
        })
    }

    fn start(&self, trigger: Arc<Trigger>, environment: Environment) -> Result<Start, Error> {
        let key = detail::idempotency_key(self.request.headers())?;
        let mut members = detail::members(self.request)?;
        let mut faults = Vec::new();
        let run_at = detail::run_at(members.remove(RUN_AT).as_ref(), &mut faults);
        let input = flow_input(members, faults)?;
        let idempotency = key.map(|key| Idempotency::Key {
            key,
            body: detail::hash_of(&format!("{environment}\n{input}"), run_at),
        });
        Ok(Start { run_at, idempotency, ..Start::new(trigger, environment, input) })
    }
}

/// A request to read a run.
pub struct StatusRequest<'a> {
    request: &'a Request,
    /// The workspace named in the path.
    pub workspace: String,
    /// The run named in the path.
    pub run: String,
}

/// Which log lines the caller wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogsWanted {
    /// The newest few.
    Newest,
    /// A page of all, from this cursor on.
    Page(Option<String>),
}

impl<'a> StatusRequest<'a> {
    /// Reads the path.
    ///
    /// # Errors
    /// 405 for another method than GET.
    pub fn of(request: &'a Request) -> Result<Self, Error> {
        expect_method(request, "GET")?;
        let workspace = parameter(request, "workspace_id");
        Ok(Self { request, workspace, run: parameter(request, "workflow_id") })
    }

    /// `?logs=all&cursor=…`.
    ///
    /// # Errors
    /// 422 for another value of `logs`.
    pub fn logs(&self) -> Result<LogsWanted, Error> {
        let query = self.request.query_string_parameters();
        match query.first("logs") {
            None => Ok(LogsWanted::Newest),
            Some("all") => Ok(LogsWanted::Page(query.first("cursor").map(ToOwned::to_owned))),
            Some(other) => Err(Error::invalid(
                "enum",
                &json!(["query", "logs"]),
                "Input should be 'all'",
                &Value::String(other.to_owned()),
            )),
        }
    }
}

fn expect_method(request: &Request, method: &'static str) -> Result<(), Error> {
    if request.method() == method { Ok(()) } else { Err(Error::MethodNotAllowed { allow: method }) }
}

/// `message` and `user_variables` as one object; unknown members are ignored. A `message` of the
/// body's own wins over a variable of that name.
fn flow_input(mut members: Map<String, Value>, mut faults: Vec<Value>) -> Result<Value, Error> {
    let message = members.remove("message");
    let variables = members.remove("user_variables");
    if let Some(other) = message.as_ref().filter(|message| !message.is_string()) {
        faults.push(detail::fault(
            "string_type",
            &json!(["body", "message"]),
            "Input should be a valid string",
            other,
        ));
    }
    let variables = match variables {
        None => Map::new(),
        Some(Value::Object(variables)) => variables,
        Some(other) => {
            faults.push(detail::fault(
                "dict_type",
                &json!(["body", "user_variables"]),
                "Input should be a valid dictionary",
                &other,
            ));
            Map::new()
        }
    };
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let mut input = Map::new();
    let said = message.is_some();
    input.insert("message".to_owned(), message.unwrap_or_else(|| json!("")));
    input.extend(variables.into_iter().filter(|(name, _)| !(said && name == "message")));
    Ok(Value::Object(input))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: Value) -> Result<Value, Error> {
        let Value::Object(members) = body else { panic!("no object") };
        flow_input(members, Vec::new())
    }

    #[test]
    fn message_and_variables_become_one_object() {
        let body =
            json!({"message": "m", "user_variables": {"a": 1, "message": "v"}, "other": true});
        assert_eq!(read(body).unwrap(), json!({"message": "m", "a": 1}));
        assert_eq!(read(json!({})).unwrap(), json!({"message": ""}));
        let unsaid = json!({"user_variables": {"message": "v"}});
        assert_eq!(read(unsaid).unwrap(), json!({"message": "v"}));
    }

    #[test]
    fn a_large_input_is_not_sent_back() {
        let Err(Error::Invalid(faults)) = read(json!({"message": ["x".repeat(5000)]})) else {
            panic!("accepted");
        };
        assert_eq!(faults[0]["input"], "[over 4096 bytes]");
    }

    #[test]
    fn every_fault_of_a_body_is_named() {
        let Err(Error::Invalid(faults)) = read(json!({"message": 1, "user_variables": "string"}))
        else {
            panic!("accepted");
        };
        assert_eq!(faults.len(), 2);
        assert_eq!(
            faults[1],
            json!({"type": "dict_type", "loc": ["body", "user_variables"],
                "msg": "Input should be a valid dictionary", "input": "string"})
        );
    }
}
