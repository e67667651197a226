//! Lists of tasks, and what is done for a task of any kind around its own work.

use std::{
    pin::Pin,
    sync::{Arc, OnceLock},
};

use super::{
    deadline::Deadline,
    fault::Fault,
    machine::Machine,
    scope::View,
    step::{Data, Frame, Outcome, Step},
    validate::check,
};
use crate::flow::{Host, Task, TaskKind, TaskList, Then};

type Result<T, S> = std::result::Result<T, Fault<S>>;

/// A list that runs. Boxed, because lists contain each other.
pub(super) type Running<'f, S> = Pin<Box<dyn Future<Output = Result<Outcome, S>> + Send + 'f>>;

impl<H: Host> Machine<'_, H> {
    /// Runs `tasks` from the first one on.
    pub(super) fn list<'f>(
        &'f self,
        tasks: &'f TaskList,
        frame: Frame<'f>,
        input: Data,
    ) -> Running<'f, H::Stop> {
        Box::pin(async move {
            let mut visits = vec![0_u32; tasks.0.len()];
            let mut index = 0;
            let mut data = input;
            while let (Some(task), Some(visit)) = (tasks.0.get(index), visits.get_mut(index)) {
                *visit += 1;
                let path = frame.place.instance(task, *visit);
                let (raw, input) = (Arc::clone(&data), data);
                let step = Step { task, path, raw, input, frame, remark: OnceLock::new() };
                let (output, then) = match self.visit(step).await? {
                    Outcome::Done(output, then) => (output, then),
                    Outcome::FlowEnded(output) => {
                        if frame.place.is_top {
                            self.host.completed(index, &output);
                        }
                        return Ok(Outcome::FlowEnded(output));
                    }
                };
                if frame.place.is_top {
                    self.host.completed(index, &output);
                }
                data = output;
                match then.unwrap_or(Then::Continue) {
                    Then::Continue => index += 1,
                    Then::Exit => break,
                    Then::End => return Ok(Outcome::FlowEnded(data)),
                    Then::Task(next) => index = next,
                }
            }
            Ok(Outcome::Done(data, None))
        })
    }

    /// One visit of one task, with its lines in the log.
    async fn visit(&self, mut step: Step<'_>) -> Result<Outcome, H::Stop> {
        self.host.proceed().await.map_err(Fault::Stop)?;
        let began = is_reported(step.task, &step.frame).then(|| self.host.now());
        match self.transform(&mut step).await {
            Ok(Some(outcome)) => {
                if let Some(began) = began {
                    self.report_completed(&step, began);
                }
                Ok(outcome)
            }
            Ok(None) => {
                self.report_skipped(&step);
                // A skipped task passes its input on, and its own `then` does not count.
                Ok(Outcome::Done(step.raw, None))
            }
            Err(Fault::Raised(mut raised)) => {
                if !raised.logged {
                    self.report_failed(&step, &raised.error);
                    raised.logged = true;
                }
                Err(Fault::Raised(raised))
            }
            Err(Fault::Stop(reason)) => Err(Fault::Stop(reason)),
        }
    }

    /// The way of the data through a task; none where its `if` keeps it from running.
    async fn transform(&self, step: &mut Step<'_>) -> Result<Option<Outcome>, H::Stop> {
        let task = step.task;
        self.look_at_time(step)?;
        if let Some(condition) = &task.condition
            && !self.holds(condition, &step.raw, &step.before())?
        {
            return Ok(None);
        }
        check(task.input_schema.as_ref(), &step.raw, &task.path)?;
        if let Some(template) = &task.input_from {
            step.input = Arc::new(self.render(template, &step.raw, &step.before())?);
        }
        if let Some(timeout) = &task.timeout {
            let after = self.duration(timeout, &step.input, &step.during())?;
            let start = self.host.reached_at(&step.key_of("timeout"));
            let nearest = Deadline::nearer(step.frame.deadline, start, after, &task.path);
            step.frame.deadline = Some(nearest);
        }
        if is_reported(task, &step.frame) {
            self.report_started(step);
        }
        match self.execute(step).await? {
            Outcome::Done(raw_output, then) => {
                let output = self.put_out(step, &raw_output)?;
                Ok(Some(Outcome::Done(output, Some(then.unwrap_or(task.then)))))
            }
            ended @ Outcome::FlowEnded(_) => Ok(Some(ended)),
        }
    }

    fn put_out(&self, step: &Step<'_>, raw_output: &Data) -> Result<Data, H::Stop> {
        let task = step.task;
        let output = match &task.output_as {
            Some(template) => {
                Arc::new(self.render(template, raw_output, &step.after(raw_output))?)
            }
            None => Arc::clone(raw_output),
        };
        check(task.output_schema.as_ref(), &output, &task.path)?;
        if let Some(template) = &task.export_as {
            let view = View { output: Some(&output), ..step.after(raw_output) };
            let context = self.render(template, &output, &view)?;
            check(task.export_schema.as_ref(), &context, &task.path)?;
            self.export(Arc::new(context));
        }
        Ok(output)
    }
}

/// Tasks of the flow's own list tell when they began and how they ended, and so do calls and waits anywhere.
fn is_reported(task: &Task, frame: &Frame<'_>) -> bool {
    let has_effect = matches!(
        task.kind,
        TaskKind::CallHttp(_) | TaskKind::CallLlm(_) | TaskKind::Listen(_) | TaskKind::Wait(_)
    );
    frame.place.is_top || has_effect
}
