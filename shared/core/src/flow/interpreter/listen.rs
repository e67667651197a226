//! `listen`: from the task to what it heard.

use serde_json::{Value, json};

use super::{
    deadline::Deadline, fault::Fault, machine::Machine, size::Budget, step::Step,
    template::too_large,
};
use crate::{
    flow::{
        Ask, ErrorKind, Host, Listen, ListenRequest, ReadAs, Template,
        answer::{self, are_choices, is_kind, is_question},
        raise,
    },
    model::{Heard, Question, RunError, Timestamp},
};

impl<H: Host> Machine<'_, H> {
    /// The task's output: a list of what was heard, which is one event.
    pub(super) async fn listen(
        &self,
        step: &Step<'_>,
        listen: &Listen,
    ) -> Result<Value, Fault<H::Stop>> {
        let key = step.key();
        let path = &step.task.path;
        let deadline = step.frame.deadline;
        let request = self.listen_request(step, listen, deadline.map(|deadline| deadline.at))?;
        if let Some(deadline) = deadline {
            self.in_time(deadline, &format!("{key}/due"))?;
        }
        let what = request.question.as_ref().map_or_else(
            || format!("`{}`", request.kinds.join("` or `")),
            |question| format!("an answer: {}", question.text),
        );
        self.report_listening(step, &what);
        let heard = self.host.listen(&key, request).await.map_err(Fault::Stop)?;
        let Some(heard) = heard else {
            let late = || raise(ErrorKind::Timeout, path, "nothing was heard in time").into();
            return Err(deadline.map_or_else(late, Deadline::overdue));
        };
        let event = match listen.read {
            ReadAs::Data => heard.data,
            ReadAs::Raw => Value::String(heard.data.to_string()),
            ReadAs::Envelope => self.envelope(&key, &heard),
        };
        let output = Value::Array(vec![event]);
        Budget::new().pay(&output).map_err(|_| too_large(path))?;
        Ok(output)
    }

    fn listen_request(
        &self,
        step: &Step<'_>,
        listen: &Listen,
        until: Option<Timestamp>,
    ) -> Result<ListenRequest, RunError> {
        let kinds = listen.kinds.iter().map(|kind| self.text(step, kind, is_kind, answer::KIND));
        let kinds = kinds.collect::<Result<_, _>>()?;
        let question = listen.ask.as_ref().map(|ask| self.question_of(step, ask)).transpose()?;
        Ok(ListenRequest { kinds, question, until })
    }

    fn question_of(&self, step: &Step<'_>, ask: &Ask) -> Result<Question, RunError> {
        let choices = match &ask.choices {
            None => Vec::new(),
            Some(choices) => {
                let list = self.render(choices, &step.input, &step.during())?;
                let list = Some(list).filter(are_choices);
                list.and_then(|list| serde_json::from_value(list).ok())
                    .ok_or_else(|| raise(ErrorKind::Expression, &step.task.path, answer::CHOICES))?
            }
        };
        Ok(Question {
            text: self.text(step, &ask.question, is_question, answer::QUESTION)?,
            choices,
            schema: ask.schema.as_ref().map(|schema| (*schema.document).clone()),
        })
    }

    fn text(
        &self,
        step: &Step<'_>,
        template: &Template,
        bounds: fn(&Value) -> bool,
        otherwise: &str,
    ) -> Result<String, RunError> {
        match self.render(template, &step.input, &step.during())? {
            value if !bounds(&value) => {
                Err(raise(ErrorKind::Expression, &step.task.path, otherwise))
            }
            Value::String(text) => Ok(text),
            value => Ok(value.to_string()),
        }
    }

    /// The event as `CloudEvents` 1.0 writes one in JSON.
    fn envelope(&self, key: &str, heard: &Heard) -> Value {
        let run = self.facts.id;
        json!({
            "specversion": "1.0",
            "id": format!("{run}:{key}"),
            "source": format!("/runs/{run}/input"),
            "type": heard.kind,
            "time": heard.at.to_string(),
            "datacontenttype": "application/json",
            "data": heard.data,
        })
    }
}
