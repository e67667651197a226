//! The link by which a person answers a run. It works while the run waits for that answer; then it only says
//! that there is one.

use super::{Error, Input, RunView, Runs};
use crate::{
    auth::InputToken,
    model::{ContentHash, Listening, Run},
    store::View,
};

/// What a link leads to.
pub enum Asked {
    /// A question that can be answered.
    Open(Box<Listening>),
    /// One that was answered.
    Answered,
}

impl Runs {
    /// What the link with this token leads to. Changes nothing.
    ///
    /// # Errors
    /// [`Error::NoRun`] where it leads nowhere, or no more; [`Error::Store`] (retry is safe).
    pub async fn asked(&self, token: &str) -> Result<Asked, Error> {
        let (_, view) = self.open_link(token).await?;
        Ok(match view.listening {
            Some(listening) if listening.until <= self.now() => return Err(Error::NoRun),
            Some(listening) => Asked::Open(Box::new(listening)),
            None => Asked::Answered,
        })
    }

    /// Answers by the link with this token, as [`Runs::answer`].
    ///
    /// # Errors
    /// [`Error::NoRun`] where the link leads nowhere, or no more; else as [`Runs::answer`].
    pub async fn answer_by_link(&self, token: &str, input: Input) -> Result<(Run, bool), Error> {
        let (token, view) = self.open_link(token).await?;
        self.take_answer(view, Input { id: Some(token.id), ..input }).await
    }

    /// The run that a token is about: as it listens for what the token answers, or with nothing that it listens
    /// for once that was answered.
    async fn open_link(&self, text: &str) -> Result<(InputToken, View), Error> {
        let token = InputToken::parse(text).map_err(|_| Error::NoRun)?;
        let mut view = self.store.view(token.run).await?.ok_or(Error::NoRun)?;
        let is_open = |listening: &Listening| listening.id == token.id;
        view.listening = view.listening.filter(is_open);
        let genuine = if let Some(listening) = &view.listening {
            let secret = ContentHash::of(listening.secret.expose().as_bytes());
            listening.question.is_some() && token.opens(&secret)
        } else {
            let answer = self.store.heard(token.run, token.id).await?;
            answer.is_some_and(|answer| token.opens(&answer.secret))
        };
        if !genuine {
            return Err(Error::NoRun);
        }
        self.note_run(&view.run);
        Ok((token, view))
    }
}

impl RunView {
    /// The same, for somebody who may answer: with the link, where a person is asked.
    pub(super) fn with_link(self) -> Self {
        let asked = self.listening.as_ref().filter(|listening| listening.question.is_some());
        let link = asked.map(|listening| InputToken::new(self.run.id, listening));
        Self { link, ..self }
    }
}
