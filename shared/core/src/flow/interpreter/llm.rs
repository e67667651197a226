//! `call: llm`: from the task to what the model said, or to the error that stands for it.

use serde_json::{Map, Value, json};

use super::{
    fault::Fault, machine::Machine, size::Budget, step::Step, template::too_large, validate,
};
use crate::{
    flow::{
        ErrorKind, Host, LlmCall, LlmOutput, LlmRequest, Prompt, Template, ThreadHistory, prompt,
        raise,
    },
    model::{Completion, RunError, Timestamp},
};

impl<H: Host> Machine<'_, H> {
    /// The task's output.
    pub(super) async fn ask(
        &self,
        step: &Step<'_>,
        call: &LlmCall,
    ) -> Result<Value, Fault<H::Stop>> {
        let key = step.key();
        let deadline = step.frame.deadline;
        let mut request = self.question(step, call, deadline.map(|deadline| deadline.at))?;
        if let Some(deadline) = deadline {
            self.in_time(deadline, &format!("{key}/due"))?;
        }
        let asked = match &call.thread {
            Some(bounds) => Some(self.tell_history(step, call, &key, &mut request, bounds).await?),
            None => None,
        };
        let completion = match self.host.llm(&key, request).await.map_err(Fault::Stop)? {
            Ok(completion) => completion,
            Err(failure) => return Err(self.failed(step, &key, deadline, failure)),
        };
        if let Some(usage) = completion.usage {
            let tokens = format!("{} + {} tokens", usage.prompt_tokens, usage.completion_tokens);
            // A step does its work once.
            let _ = step.remark.set(tokens);
        }
        let path = &step.task.path;
        let output = match &call.output {
            Some(output) => Some(read_output(output, &completion, path)?),
            None => None,
        };
        if let Some(asked) = asked {
            self.remember_answer(step, asked, &completion.content)?;
        }
        let mut answer = json!({
            "content": completion.content,
            "finish_reason": completion.finish_reason,
            "model": completion.model,
            "usage": completion.usage,
        });
        if let (Some(output), Value::Object(members)) = (output, &mut answer) {
            members.insert("output".to_owned(), output);
        }
        Budget::new().pay(&answer).map_err(|_| too_large(path))?;
        Ok(answer)
    }

    /// Puts the thread's conversation before what is asked, behind the instruction; what is asked.
    async fn tell_history(
        &self,
        step: &Step<'_>,
        call: &LlmCall,
        key: &str,
        request: &mut LlmRequest,
        bounds: &ThreadHistory,
    ) -> Result<Vec<Value>, Fault<H::Stop>> {
        let history = self.history(step, key, request, bounds).await?;
        let Some(Value::Array(messages)) = request.members.get_mut("messages") else {
            return Ok(Vec::new());
        };
        let instructions = usize::from(call.instruction.is_some());
        let asked = messages.split_off(instructions.min(messages.len()));
        messages.extend(history);
        messages.extend(asked.iter().cloned());
        Ok(asked)
    }

    fn question(
        &self,
        step: &Step<'_>,
        call: &LlmCall,
        until: Option<Timestamp>,
    ) -> Result<LlmRequest, RunError> {
        let refuse = |message: &str| raise(ErrorKind::Expression, &step.task.path, message);
        let render = |template: &Template| self.render(template, &step.input, &step.during());
        let text = |template: &Template, otherwise: &str| match render(template)? {
            Value::String(text) if !text.is_empty() => Ok(text),
            _ => Err(refuse(otherwise)),
        };
        let bounded = |template: &Template, bounds: fn(&Value) -> bool, otherwise: &str| {
            let value = render(template)?;
            if bounds(&value) { Ok(value) } else { Err(refuse(otherwise)) }
        };

        let mut messages = Vec::new();
        if let Some(instruction) = &call.instruction {
            let instruction = text(instruction, "the instruction must be text")?;
            messages.push(json!({"role": "system", "content": instruction}));
        }
        match &call.prompt {
            Prompt::Input(input) => {
                let content = match render(input)? {
                    Value::String(text) => text,
                    value => value.to_string(),
                };
                messages.push(json!({"role": "user", "content": content}));
            }
            Prompt::Messages(list) => {
                let list = prompt::messages(render(list)?);
                messages.extend(list.ok_or_else(|| refuse(prompt::MESSAGES))?);
            }
        }
        let mut members = Map::new();
        members.insert("messages".to_owned(), messages.into());
        if let Some(temperature) = &call.temperature {
            let value = bounded(temperature, prompt::is_temperature, prompt::TEMPERATURE)?;
            members.insert("temperature".to_owned(), value);
        }
        if let Some(max_tokens) = &call.max_tokens {
            let value = bounded(max_tokens, prompt::is_token_count, prompt::MAX_TOKENS)?;
            members.insert("max_tokens".to_owned(), value);
        }
        if let Some(LlmOutput { name, schema }) = &call.output {
            let schema = json!({"name": name, "schema": *schema.document, "strict": true});
            let format = json!({"type": "json_schema", "json_schema": schema});
            members.insert("response_format".to_owned(), format);
        }
        let model = call.model.as_ref().map(|model| text(model, "the model must be text"));
        Ok(LlmRequest {
            provider: text(&call.provider, "the provider must be text")?,
            model: model.transpose()?,
            members,
            stream: call.stream,
            until,
        })
    }
}

/// The data that the model was asked for.
fn read_output(
    output: &LlmOutput,
    completion: &Completion,
    instance: &str,
) -> Result<Value, RunError> {
    let invalid = |detail: String| raise(ErrorKind::Validation, instance, detail);
    match completion.finish_reason.as_deref() {
        Some("refusal") => return Err(invalid("the model refused to answer".to_owned())),
        Some("length") => {
            return Err(invalid("the model's answer was cut off at its most tokens".to_owned()));
        }
        _ => {}
    }
    let value = serde_json::from_str(&completion.content)
        .map_err(|error| invalid(format!("the model's answer is not JSON: {error}")))?;
    validate::check(Some(&output.schema), &value, instance)?;
    Ok(value)
}
