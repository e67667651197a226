//! `call`: what is called decides how its arguments are read.

use super::{
    faults::{Found, Remark, Reported},
    loader::Loader,
    place::Place,
    scope::{Moment, Scope},
    shared::Section,
};
use crate::flow::{
    LogCall, TaskKind,
    definition::{A2aCall, AsyncApiCall, CallTask, GrpcCall, LogArguments, McpCall, OpenApiCall},
    fault::quoted,
    nearest::closest,
};
use crate::model::LogLevel;

/// What the language can call by itself, and this runtime's own `llm`, `log` and `thread`.
const BUILT_IN: [&str; 9] =
    ["http", "llm", "log", "thread", "openapi", "mcp", "a2a", "asyncapi", "grpc"];

impl Loader<'_> {
    pub(super) fn call(&mut self, place: &Place<'_>, scope: &Scope) -> Found<TaskKind> {
        let call = self.body::<CallTask>(place)?;
        let name = call.call.as_str();
        if !BUILT_IN.contains(&name) {
            return Err(self.unknown_function(place, name));
        }
        let Some(with) = place.member("with") else {
            return Err(self.faults.at_key(place, Remark::error("`with` is missing")));
        };
        match name {
            "http" => return self.http(&with, scope),
            "llm" => return self.llm(&with, scope),
            "log" => return self.log(&with, scope).map(TaskKind::CallLog),
            "thread" => {
                return self.thread(&with, scope).map(|call| TaskKind::CallThread(Box::new(call)));
            }
            "openapi" => drop(self.read::<OpenApiCall>(&with)),
            "mcp" => drop(self.read::<McpCall>(&with)),
            "a2a" => drop(self.read::<A2aCall>(&with)),
            "asyncapi" => {
                drop(self.read::<AsyncApiCall>(&with));
                self.check_subscription(&with);
            }
            _ => drop(self.read::<GrpcCall>(&with)),
        }
        let remark = Remark::refused(&format!("`call: {name}`"));
        Err(self.faults.at_value(&place.part("call")?, remark))
    }

    fn log(&mut self, with: &Place<'_>, scope: &Scope) -> Found<LogCall> {
        let arguments = self.read::<LogArguments>(with)?;
        let message = self.template(&with.part("message")?, scope, Moment::Body)?;
        Ok(LogCall { level: arguments.level.unwrap_or(LogLevel::Info), message })
    }

    fn unknown_function(&mut self, place: &Place<'_>, name: &str) -> Reported {
        let Some(call) = place.member("call") else { return Reported };
        let remark = if self.is_shared(Section::Functions, name) {
            Remark::refused(&format!("the custom function {}", quoted(name)))
        } else if name.contains('@') {
            Remark::refused(&format!("the catalogued function {}", quoted(name)))
        } else {
            let functions = self.components_place().and_then(|place| place.member("functions"));
            let known = functions.as_ref().into_iter().flat_map(Place::members);
            let known = BUILT_IN.into_iter().chain(known.map(|(known, _)| known));
            let meant = closest(name, known).map(ToOwned::to_owned);
            Remark::error(format!("unknown function {}", quoted(name))).meant(meant)
        };
        self.faults.at_value(&call, remark)
    }
}
