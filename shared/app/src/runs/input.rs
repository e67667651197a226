//! Input of a run that is under way: a task listens, somebody answers, the run goes on with that.

use serde_json::Value;

use super::{
    Caller, Error, Runs,
    host::{RunHost, Stop},
    status::visible,
};
use crate::{
    auth::{self, InputToken, Scope},
    flow::{ListenRequest, check_answer},
    model::{
        Heard, InputId, Listening, Outcome, Run, RunId, Status, Timestamp, WorkspaceId, limits,
    },
    queue::{Kind, Message},
    store::{Hearing, View},
};

/// What somebody answers.
#[derive(Clone, PartialEq)]
pub struct Input {
    /// The type of the event; needed where the run listens for several.
    pub kind: Option<String>,
    /// What it says.
    pub data: Value,
    /// Which question it answers: the one that is open, or was last, unless it is named.
    pub id: Option<InputId>,
    /// Whether `data` is what a person typed: text, or JSON where the flow asks for that.
    pub typed: bool,
}

impl Input {
    /// This.
    #[must_use]
    pub const fn of(data: Value) -> Self {
        Self { kind: None, data, id: None, typed: false }
    }

    /// What a person typed.
    #[must_use]
    pub fn typed(text: String) -> Self {
        Self { typed: true, ..Self::of(Value::String(text)) }
    }

    /// What it may mean, the likeliest first.
    fn readings(&self) -> impl Iterator<Item = Value> {
        let json = self.data.as_str().filter(|_| self.typed);
        let json = json.and_then(|text| serde_json::from_str(text).ok());
        std::iter::once(self.data.clone()).chain(json)
    }
}

impl Runs {
    /// Answers a run that listens; the answer is stored and the run queued afterwards. The first
    /// answer counts: the same one again changes nothing. Second: whether it was given before.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NoRun`]; [`Error::NotListening`], [`Error::Answered`],
    /// [`Error::InvalidAnswer`], [`Error::TooLarge`]: nothing was done. [`Error::Store`] and
    /// [`Error::Queue`] (retry is safe).
    pub async fn answer(
        &self,
        caller: &Caller,
        id: &str,
        input: Input,
    ) -> Result<(Run, bool), Error> {
        caller.require(Scope::Trigger)?;
        let id: RunId = id.parse().map_err(|_| Error::NoRun)?;
        let view = self.store.view(id).await?.ok_or(Error::NoRun)?;
        visible(caller, Scope::Trigger, &view.run)?;
        self.note_run(&view.run);
        self.take_answer(view, input).await
    }

    /// As [`Runs::answer`], for an operator, who needs no key.
    ///
    /// # Errors
    /// As [`Runs::answer`].
    pub async fn give_answer(
        &self,
        id: RunId,
        workspace: &WorkspaceId,
        input: Input,
    ) -> Result<(Run, bool), Error> {
        let view = self.store.view(id).await?.filter(|view| view.run.workspace == *workspace);
        self.take_answer(view.ok_or(Error::NoRun)?, input).await
    }

    /// The same, from whoever may.
    pub(super) async fn take_answer(&self, view: View, input: Input) -> Result<(Run, bool), Error> {
        let View { run, listening, .. } = view;
        let open = run.listens.or(run.heard);
        let id = input.id.or(open).ok_or(Error::NotListening)?;
        let before = match listening.filter(|listening| listening.id == id) {
            Some(listening) => {
                let heard = self.event(&listening, &input)?;
                match self.store.hear(&run, &listening, &heard).await? {
                    Hearing::Done => {
                        self.go_on(&run).await?;
                        return Ok((run, false));
                    }
                    Hearing::NotListening => return Err(Error::NotListening),
                    Hearing::Before(answer) => answer,
                }
            }
            None => self.store.heard(run.id, id).await?.ok_or(Error::NotListening)?,
        };
        let Heard { kind, data, .. } = before.heard;
        if input.readings().all(|reading| reading != data)
            || input.kind.is_some_and(|given| given != kind)
        {
            return Err(Error::Answered);
        }
        // Whoever answered first may have died before the run was queued.
        if run.status == Status::Waiting && run.listens == Some(id) {
            self.go_on(&run).await?;
        }
        Ok((run, true))
    }

    async fn go_on(&self, run: &Run) -> Result<(), Error> {
        let message = Message::about(run, Kind::Continue);
        Ok(self.queue.send(&message, &run.workspace, std::time::Duration::ZERO).await?)
    }

    /// The event that `input` is to a run that listens for it.
    fn event(&self, listening: &Listening, input: &Input) -> Result<Heard, Error> {
        let invalid = |member, message: String| Error::InvalidAnswer { member, message };
        let kind = match (&input.kind, listening.kinds.as_slice()) {
            (Some(kind), kinds) if kinds.contains(kind) => kind.clone(),
            (None, [kind]) => kind.clone(),
            (_, kinds) => {
                let message = format!("expected one of the types: {}", kinds.join(", "));
                return Err(invalid("type", message));
            }
        };
        if input.data.to_string().len() > limits::MAX_ANSWER_BYTES {
            return Err(Error::TooLarge);
        }
        let mut complaint = None;
        for data in input.readings() {
            let question = listening.question.as_ref();
            match question.map_or(Ok(()), |question| check_answer(question, &data)) {
                Ok(()) => return Ok(Heard { at: self.now(), kind, data }),
                Err(found) => complaint = Some(found.message),
            }
        }
        Err(invalid("data", complaint.unwrap_or_default()))
    }
}

impl RunHost<'_> {
    /// What was answered, once it was, or that nobody did in time. Whoever executes the run decides:
    /// while it is held no answer is taken, so none can come between this look and what follows.
    pub(super) async fn hear(
        &self,
        key: &str,
        request: ListenRequest,
    ) -> Result<Option<Heard>, Stop> {
        let recalled = self.recorder().recall(&heard_key(key));
        if let Some(Outcome::Heard(heard)) = recalled {
            return Ok(heard);
        }
        self.check()?;
        let recalled = self.recorder().recall(key);
        let Some(Outcome::Listening(listening)) = recalled else {
            let listening = self.begin_to_listen(key, request)?;
            self.recorder().record(key, Outcome::Listening(Box::new(listening.clone())));
            return Err(Stop::Listen(Box::new(listening)));
        };
        let answer = self.runs.store.heard(self.run.id, listening.id).await;
        let heard = match answer {
            Ok(answer) => answer.map(|answer| answer.heard),
            Err(error) => return Err(Stop::Failed(error.into())),
        };
        if heard.is_none() && self.runs.now() < listening.until {
            return Err(Stop::Listen(listening));
        }
        self.recorder().record(&heard_key(key), Outcome::Heard(heard.clone()));
        Ok(heard)
    }

    fn begin_to_listen(&self, key: &str, request: ListenRequest) -> Result<Listening, Stop> {
        let ListenRequest { kinds, question, until } = request;
        let random = auth::random()
            .map_err(|_| Stop::Failed(Error::internal("no random bytes to be had")))?;
        let deadline = self.run.deadline;
        Ok(Listening {
            id: InputId::of(key),
            until: until.map_or(deadline, |until: Timestamp| until.min(deadline)),
            kinds,
            question,
            secret: InputToken::secret(random),
        })
    }
}

/// Under what the journal keeps what was heard. Under the task's own key stands what it listens for.
pub(super) fn heard_key(key: &str) -> String {
    format!("{key}/heard")
}
