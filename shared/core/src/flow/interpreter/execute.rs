//! The work of each kind of task.

use std::{sync::Arc, time::Duration};

use serde_json::Value;

use super::{
    fault::Fault,
    machine::Machine,
    step::{Frame, Outcome, Step},
};
use crate::{
    flow::{
        Case, ErrorKind, ErrorTemplate, Host, TaskKind, Template, Then, WaitFor, errors::title_of,
        raise,
    },
    model::RunError,
};

type Result<T, S> = std::result::Result<T, Fault<S>>;

impl<H: Host> Machine<'_, H> {
    /// Does what the task is for. Its input is in `step`; its output is not transformed yet.
    pub(super) async fn execute(&self, step: &Step<'_>) -> Result<Outcome, H::Stop> {
        let unchanged = || Arc::clone(&step.input);
        // What reaches out is boxed: every other step would carry room for it.
        let output = match &step.task.kind {
            TaskKind::CallHttp(call) => Arc::new(Box::pin(self.call(step, call)).await?),
            TaskKind::CallLlm(call) => Arc::new(Box::pin(self.ask(step, call)).await?),
            TaskKind::CallLog(call) => {
                let message = self.render(&call.message, &step.input, &step.during())?;
                self.report_said(step, call.level, &message);
                unchanged()
            }
            TaskKind::CallThread(call) => {
                self.write_thread(step, call)?;
                unchanged()
            }
            TaskKind::Do(tasks) => {
                let place = step.place();
                let frame = Frame { place: &place, ..step.frame };
                return self.list(tasks, frame, unchanged()).await;
            }
            TaskKind::For(each) => return self.repeat(step, each).await,
            TaskKind::Listen(listen) => Arc::new(Box::pin(self.listen(step, listen)).await?),
            TaskKind::Raise(template) => return Err(self.error(step, template)?.into()),
            TaskKind::Set(template) => {
                Arc::new(self.render(template, &step.input, &step.during())?)
            }
            TaskKind::Switch(cases) => {
                return Ok(Outcome::Done(unchanged(), self.way_out(step, cases)?));
            }
            TaskKind::Try(tried) => return self.attempt(step, tried).await,
            TaskKind::Wait(length) => {
                self.wait(step, length).await?;
                unchanged()
            }
        };
        Ok(Outcome::Done(output, None))
    }

    async fn wait(&self, step: &Step<'_>, length: &WaitFor) -> Result<(), H::Stop> {
        let length = self.duration(length, &step.input, &step.during())?;
        self.pause(step, &step.key(), length).await
    }

    /// Waits under `key`. Whether the deadline comes first is decided by the time at which the wait
    /// began, which is remembered, and not by a look at the clock after it.
    pub(super) async fn pause(
        &self,
        step: &Step<'_>,
        key: &str,
        length: Duration,
    ) -> Result<(), H::Stop> {
        let Some(deadline) = step.frame.deadline else {
            return self.host.wait(key, length, None).await.map_err(Fault::Stop);
        };
        let began = self.in_time(deadline, &format!("{key}/due"))?;
        self.host.wait(key, length, Some(deadline.at)).await.map_err(Fault::Stop)?;
        if began.after(length) > deadline.at { Err(deadline.overdue()) } else { Ok(()) }
    }

    /// Where the first case that holds leads, else the default case. None: where the task itself
    /// leads.
    fn way_out(
        &self,
        step: &Step<'_>,
        cases: &[Case],
    ) -> std::result::Result<Option<Then>, RunError> {
        let mut default = None;
        for case in cases {
            match &case.when {
                Some(when) if self.holds(when, &step.input, &step.during())? => {
                    return Ok(Some(case.then));
                }
                Some(_) => {}
                None => default = Some(case.then),
            }
        }
        Ok(default)
    }

    fn error(
        &self,
        step: &Step<'_>,
        template: &ErrorTemplate,
    ) -> std::result::Result<RunError, RunError> {
        let refuse = |what: &str| {
            raise(ErrorKind::Expression, &step.task.path, format!("the error's {what}"))
        };
        let render = |template: &Template| self.render(template, &step.input, &step.during());
        let text = |template: &Template, what: &str| match render(template)? {
            Value::String(text) => Ok(text),
            _ => Err(refuse(what)),
        };
        let optional = |template: Option<&Template>, what: &str| {
            template.map(|template| text(template, what)).transpose()
        };

        let kind = text(&template.kind, "type must be text")?;
        let status = render(&template.status)?
            .as_u64()
            .and_then(|status| u16::try_from(status).ok())
            .ok_or_else(|| refuse("status must be a whole number, as of HTTP"))?;
        let title = optional(template.title.as_ref(), "title must be text")?
            .unwrap_or_else(|| title_of(&kind).to_owned());
        let detail = optional(template.detail.as_ref(), "detail must be text")?;
        let instance = optional(template.instance.as_ref(), "instance must be text")?
            .unwrap_or_else(|| step.task.path.clone());
        Ok(RunError { kind, status, title, detail, instance: Some(instance) })
    }
}
