//! Runs that ask a model, and what became of them.

use std::time::Duration;

use serde_json::{Value, json};
use shared::{
    model::{End, RunError},
    runs::{RunView, Settings},
};
use support::{Bed, Model, Reply};

pub(super) const KEY: &str = "sk-quicksilver-0123456789";

pub(super) const WORDS: [&str; 4] = ["Grüße, ", "世界", " 🦀", "!"];

/// Runs `flow` to its end.
pub(super) async fn run(bed: &Bed, flow: &str) -> RunView {
    let trigger = bed.publish(flow).await;
    let (worker, _) = bed.process();
    let started = bed.runs.start(bed.wish(&trigger, json!({"message": "Who?"}))).await.unwrap();
    bed.work_to_the_end(&worker, started.id).await
}

#[track_caller]
pub(super) fn output(view: &RunView) -> &Value {
    match &view.end {
        Some(End::Output(output)) => output,
        end => panic!("{end:?}"),
    }
}

#[track_caller]
pub(super) fn error(view: &RunView) -> (&str, u16, &str) {
    let Some(End::Error(RunError { kind, status, detail, .. })) = &view.end else {
        panic!("{:?}", view.end)
    };
    (kind.rsplit('/').next().unwrap(), *status, detail.as_deref().unwrap_or_default())
}

/// What comes of a run whose model answers every call so.
pub(super) async fn ends(flow: &str, reply: Reply) -> (RunView, Model) {
    let settings = Settings { model_silence: Duration::from_millis(150), ..Settings::default() };
    let bed = Bed::with(settings).await;
    let model = Model::start(move |_| reply.clone()).await;
    bed.add_provider(&model.base_url, Some(KEY)).await;
    (run(&bed, flow).await, model)
}
