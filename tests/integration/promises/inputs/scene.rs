//! A run that asks for approval, and for one of two events then; who answers it, and what it puts out.

use std::time::Duration;

use serde_json::{Value, json};
use shared::{
    auth::KeyToken,
    model::{End, RunId},
    runs::{Caller, Error, Input, RunView, Runs},
};
use support::Bed;

pub(super) const APPROVAL: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: approval, version: '1.0.0' }
do:
  - approve:
      try:
        - ask:
            listen: { to: { one: { with: { type: approval } } } }
            metadata: { question: '${ "Refund \(.amount)?" }', choices: ['yes', 'no'] }
            timeout: { after: PT10M }
            output: { as: '.[0]' }
      catch:
        errors: { with: { status: 408 } }
        do:
          - late: { set: '${ "nobody" }' }
  - rest: { wait: PT20S }
  - second:
      listen: { to: { any: [{ with: { type: more } }, { with: { type: less } }] }, read: envelope }
      timeout: { after: PT10M }
      input: { from: '{first: .}' }
      output: { as: '{first: $input.first, second: .[0].type}' }
"#;

pub(super) fn says(data: &str) -> Input {
    Input::of(json!(data))
}

pub(super) fn of_kind(kind: &str) -> Input {
    Input { kind: Some(kind.to_owned()), ..Input::of(Value::Null) }
}

/// A run that listens.
pub(super) struct Scene {
    pub(super) bed: Bed,
    pub(super) caller: Caller,
    pub(super) id: RunId,
}

impl Scene {
    pub(super) async fn new() -> Self {
        let bed = Bed::new().await;
        let flow = bed.publish(APPROVAL).await;
        let key = bed.key().await;
        assert!(KeyToken::parse(&key).is_ok());
        let caller = bed.runs.authenticate_by_key(&key).await.unwrap();
        let id = bed.runs.start(bed.wish(&flow, json!({"amount": 12}))).await.unwrap().id;
        bed.work(&bed.runs).await;
        Self { bed, caller, id }
    }

    pub(super) async fn answer(&self, input: Input) -> Result<bool, Error> {
        self.answer_through(&self.bed.runs, input).await
    }

    pub(super) async fn answer_through(&self, runs: &Runs, input: Input) -> Result<bool, Error> {
        let answered = runs.answer(&self.caller, &self.id.to_string(), input).await;
        answered.map(|(_, replayed)| replayed)
    }

    pub(super) async fn view(&self) -> RunView {
        self.bed.view(self.id).await
    }

    /// Lets the run go on to its second question.
    pub(super) async fn go_on(&self) {
        self.bed.work(&self.bed.runs).await;
        self.bed.advance(Duration::from_secs(20)).await;
        self.bed.work(&self.bed.runs).await;
    }
}

pub(super) fn output(first: &str, second: &str) -> Option<End> {
    Some(End::Output(json!({"first": first, "second": second})))
}
