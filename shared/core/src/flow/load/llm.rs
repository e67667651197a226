//! Arguments of `call: llm`.

use serde_json::Value;

use super::{
    faults::{Found, Remark},
    loader::Loader,
    place::Place,
    scope::{Moment, Scope},
};
use crate::{
    flow::{
        LlmCall, LlmOutput, Prompt, TaskKind, Template,
        definition::{LlmArguments, LlmMessage, LlmOutputArguments},
        fault::quoted,
        nearest::{closest, one_of},
        prompt, unwrap,
    },
    model::ProviderName,
};

/// The provider of calls that name none.
const DEFAULT_PROVIDER: &str = "default";

/// What the answer's schema is called where the flow does not say.
const DEFAULT_OUTPUT: &str = "output";

impl Loader<'_> {
    pub(super) fn llm(&mut self, with: &Place<'_>, scope: &Scope) -> Found<TaskKind> {
        let arguments = self.read::<LlmArguments>(with)?;
        if let Some(tools) = with.member("tools") {
            return Err(self.faults.at_key(&tools, Remark::refused("`tools` of a model's call")));
        }
        let is_text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
        let is_name =
            |value: &Value| value.as_str().is_some_and(|name| name.parse::<ProviderName>().is_ok());
        let name = "a provider's name has 1 to 64 letters, digits, `-` and `_`";
        let provider = self.bounded(with, "provider", scope, is_name, name);
        let model = self.bounded(with, "model", scope, is_text, "the model is a text");
        let instruction =
            self.bounded(with, "instruction", scope, is_text, "the instruction is a text");
        let prompt = self.prompt(with, scope);
        let temperature =
            self.bounded(with, "temperature", scope, prompt::is_temperature, prompt::TEMPERATURE);
        let max_tokens =
            self.bounded(with, "max_tokens", scope, prompt::is_token_count, prompt::MAX_TOKENS);
        let thread = self.history(with);
        let output = match &arguments.output {
            None => Ok(None),
            Some(output) => self.llm_output(&with.part("output")?, output).map(Some),
        };
        Ok(TaskKind::CallLlm(Box::new(LlmCall {
            provider: provider?.unwrap_or_else(|| Template::Literal(DEFAULT_PROVIDER.into())),
            model: model?,
            instruction: instruction?,
            prompt: prompt?,
            temperature: temperature?,
            max_tokens: max_tokens?,
            output: output?,
            stream: arguments.stream.unwrap_or(true),
            thread: thread?,
        })))
    }

    /// The member `name`, which has to be within `bounds` unless an expression gives it.
    pub(super) fn bounded(
        &mut self,
        with: &Place<'_>,
        name: &str,
        scope: &Scope,
        bounds: impl Fn(&Value) -> bool,
        otherwise: &str,
    ) -> Found<Option<Template>> {
        let template = self.optional_template(with, name, scope, Moment::Body)?;
        match &template {
            Some(Template::Literal(value)) if !bounds(value) => {
                Err(self.error(&with.part(name)?, otherwise))
            }
            _ => Ok(template),
        }
    }

    fn prompt(&mut self, with: &Place<'_>, scope: &Scope) -> Found<Prompt> {
        match (with.member("messages"), with.member("input")) {
            (Some(messages), None) => self.messages(&messages, scope).map(Prompt::Messages),
            (None, Some(input)) => self.template(&input, scope, Moment::Body).map(Prompt::Input),
            (Some(_), Some(input)) => {
                let message = "a model is given either `messages` or an `input`";
                Err(self.faults.at_key(&input, Remark::error(message)))
            }
            (None, None) => {
                let message = "`messages` or `input` is missing";
                Err(self.faults.at_key(with, Remark::error(message)))
            }
        }
    }

    pub(super) fn messages(&mut self, place: &Place<'_>, scope: &Scope) -> Found<Template> {
        let mut sound = Ok(());
        for item in place.items() {
            if item.text().and_then(unwrap).is_none() {
                sound = self.message(&item).and(sound);
            }
        }
        let template = self.template(place, scope, Moment::Body)?;
        sound?;
        match &template {
            Template::Literal(value) if !prompt::are_messages(value) => {
                Err(self.error(place, prompt::MESSAGES))
            }
            Template::Object(_) => Err(self.error(place, prompt::MESSAGES)),
            _ => Ok(template),
        }
    }

    fn message(&mut self, place: &Place<'_>) -> Found<()> {
        let message = self.read::<LlmMessage>(place)?;
        let role = message.role.as_str();
        if unwrap(role).is_some() || prompt::ROLES.contains(&role) {
            return Ok(());
        }
        let remark = if role == "tool" {
            Remark::refused("messages of tools")
        } else {
            let known = one_of(&prompt::ROLES);
            let remark = Remark::error(format!("unknown role {}: expected {known}", quoted(role)));
            remark.meant(closest(role, prompt::ROLES))
        };
        Err(self.faults.at_value(&place.part("role")?, remark))
    }

    fn llm_output(&mut self, place: &Place<'_>, output: &LlmOutputArguments) -> Found<LlmOutput> {
        let schema = self.compile_schema(&place.part("schema")?)?;
        let name = output.name.as_deref().unwrap_or(DEFAULT_OUTPUT);
        // The form's own rule for this name is that of our names.
        if name.parse::<ProviderName>().is_err() {
            let message = "a schema's name has 1 to 64 letters, digits, `-` and `_`";
            return Err(self.error(&place.part("name")?, message));
        }
        Ok(LlmOutput { name: name.to_owned(), schema })
    }
}
