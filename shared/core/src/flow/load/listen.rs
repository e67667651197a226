//! `listen`: the first event of one type or of several. What a person is asked stands in the
//! task's `metadata`, because the language has no member for it.

use super::{
    faults::{Found, Remark},
    loader::Loader,
    place::Place,
    scope::{Moment, Scope},
};
use crate::flow::{
    Ask, Listen, ReadAs, TaskKind, Template,
    answer::{self, are_choices, is_kind, is_question},
    definition::{self, ListenTask},
};

impl Loader<'_> {
    pub(super) fn listen(&mut self, place: &Place<'_>, scope: &Scope) -> Found<TaskKind> {
        let task = self.body::<ListenTask>(place);
        self.check_iteration(place, scope);
        let task = task?;
        let read = match task.listen.read {
            None | Some(definition::ReadAs::Data) => ReadAs::Data,
            Some(definition::ReadAs::Envelope) => ReadAs::Envelope,
            Some(definition::ReadAs::Raw) => ReadAs::Raw,
        };
        let foreach = self.refuse_member(place, "foreach", "`foreach` of `listen`");
        let listen = place.part("listen")?;
        let kinds = self.kinds(&listen.part("to")?, scope);
        let ask = self.ask(place, scope);
        foreach?;
        Ok(TaskKind::Listen(Box::new(Listen { kinds: kinds?, read, ask: ask? })))
    }

    fn kinds(&mut self, to: &Place<'_>, scope: &Scope) -> Found<Vec<Template>> {
        self.refuse_member(to, "all", "`listen.to.all`")?;
        self.refuse_member(to, "until", "`listen.to.until`")?;
        match (to.member("one"), to.member("any")) {
            (Some(one), None) => self.kind(&one, scope).map(|kind| vec![kind]),
            (None, Some(any)) => {
                let kinds: Vec<_> = any.items().map(|filter| self.kind(&filter, scope)).collect();
                if kinds.is_empty() {
                    return Err(self.error(&any, "expected at least one event"));
                }
                kinds.into_iter().collect()
            }
            (Some(_), Some(any)) => {
                let message = "a task listens to either `one` event or `any` of several";
                Err(self.faults.at_key(&any, Remark::error(message)))
            }
            (None, None) => Err(self.faults.at_key(to, Remark::error("expected `one` or `any`"))),
        }
    }

    /// The type that an event must have. Whoever answers says no more of it.
    fn kind(&mut self, filter: &Place<'_>, scope: &Scope) -> Found<Template> {
        let with = filter.part("with")?;
        let mut sound = self.refuse_member(filter, "correlate", "`correlate` of `listen`");
        for (name, member) in with.members().filter(|(name, _)| *name != "type") {
            let what = format!("`listen` by an event's `{name}`");
            sound = Err(self.faults.at_key(&member, Remark::refused(&what)));
        }
        let kind = self.bounded(&with, "type", scope, is_kind, answer::KIND)?;
        sound?;
        kind.ok_or_else(|| self.faults.at_key(&with, Remark::error("`type` is missing")))
    }

    /// Other members of the metadata are nobody's business.
    fn ask(&mut self, task: &Place<'_>, scope: &Scope) -> Found<Option<Ask>> {
        let Some(metadata) = task.member("metadata") else { return Ok(None) };
        let question = self.bounded(&metadata, "question", scope, is_question, answer::QUESTION);
        let choices = self.optional_template(&metadata, "choices", scope, Moment::Body);
        let schema =
            metadata.member("schema").map(|schema| self.compile_schema(&schema)).transpose();
        let choices = choices?;
        if let (Some(Template::Literal(list)), Some(place)) = (&choices, metadata.member("choices"))
            && !are_choices(list)
        {
            return Err(self.error(&place, answer::CHOICES));
        }
        let (question, schema) = (question?, schema?);
        if question.is_none() && (choices.is_some() || schema.is_some()) {
            return Err(self.faults.at_key(&metadata, Remark::error("`question` is missing")));
        }
        Ok(question.map(|question| Ask { question, choices, schema }))
    }

    fn refuse_member(&mut self, place: &Place<'_>, name: &str, what: &str) -> Found<()> {
        match place.member(name) {
            Some(member) => Err(self.faults.at_key(&member, Remark::refused(what))),
            None => Ok(()),
        }
    }
}
