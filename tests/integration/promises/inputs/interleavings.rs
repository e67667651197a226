//! Whatever happens in whatever order, one answer counts, or none.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};
use shared::{
    model::{End, Status},
    runs::{Error, Input, Runs},
};
use support::{Bed, Moment, Wire, workspace};

/// Something that happens while a run listens.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Somebody says yes, or no.
    Answer(bool),
    /// Somebody says yes just as a worker gets the next message.
    Race,
    /// A worker handles the next message.
    Deliver,
    /// A message comes twice.
    Duplicate,
    /// A worker dies at its request of this number.
    Crash(usize, Moment),
    /// Somebody cancels.
    Cancel,
    /// Time passes, in seconds.
    Pass(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let moment = prop_oneof![Just(Moment::Before), Just(Moment::After)];
    prop_oneof![
        3 => any::<bool>().prop_map(Step::Answer),
        3 => Just(Step::Race),
        4 => Just(Step::Deliver),
        2 => Just(Step::Duplicate),
        3 => (0_usize..6, moment).prop_map(|(count, moment)| Step::Crash(count, moment)),
        1 => Just(Step::Cancel),
        4 => prop_oneof![Just(1), Just(76), Just(599), Just(600)].prop_map(Step::Pass),
    ]
}

const ONE_QUESTION: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: question, version: '1.0.0' }
do:
  - ask:
      listen: { to: { one: { with: { type: approval } } } }
      timeout: { after: PT10M }
      output: { as: '.[0]' }
"#;

async fn live(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let bed = Bed::new().await;
    let flow = bed.publish(ONE_QUESTION).await;
    let caller = bed.runs.authenticate_by_key(&bed.key().await).await.unwrap();
    let id = bed.runs.start(bed.wish(&flow, json!({}))).await.unwrap().id;
    bed.work(&bed.runs).await;
    let name = id.to_string();
    let mut worker: (Runs, Wire) = bed.process();
    let mut accepted: Option<Value> = None;
    let mut cancelled = false;
    let mut crashes = 0;
    let mut note = |data: bool, answered: Result<(shared::model::Run, bool), Error>| {
        let data = json!(data);
        match answered {
            Ok((_, replayed)) => {
                assert_eq!(accepted.is_some(), replayed, "a second answer counts");
                assert_eq!(accepted.get_or_insert(data.clone()), &data);
            }
            Err(Error::Answered) => assert!(accepted.as_ref().is_some_and(|it| *it != data)),
            Err(Error::NotListening) => assert!(accepted.is_none()),
            Err(error) => panic!("{error:?}"),
        }
    };
    for step in steps {
        let says = |data: bool| Input::of(json!(data));
        match step {
            Step::Answer(data) => {
                note(data, bed.runs.answer(&caller, &name, says(data)).await);
            }
            Step::Race => {
                let answer = bed.runs.answer(&caller, &name, says(true));
                if let Some(message) = bed.receive().await {
                    let (answered, _) = futures::join!(answer, bed.deliver(&worker.0, message));
                    note(true, answered);
                }
            }
            Step::Deliver => {
                if let Some(message) = bed.receive().await {
                    bed.deliver(&worker.0, message).await;
                }
            }
            Step::Duplicate => {
                if let Some(message) = bed.receive().await {
                    bed.send(message.body.clone().unwrap()).await;
                    bed.deliver(&worker.0, message).await;
                }
            }
            Step::Crash(count, moment) => {
                let Some(message) = bed.receive().await else { continue };
                worker.1.stop_at(count, moment);
                tokio::select! {
                    biased;
                    () = worker.1.stopped() => {}
                    _ = bed.deliver(&worker.0, message) => {}
                }
                worker = bed.process();
                crashes += 1;
            }
            Step::Cancel => {
                bed.runs.request_cancel(id, &workspace()).await.unwrap();
                cancelled = true;
            }
            Step::Pass(seconds) => bed.advance(Duration::from_secs(seconds)).await,
        }
    }
    let view = bed.work_to_the_end(&worker.0, id).await;
    match (view.run.status, accepted) {
        (Status::Completed, Some(data)) => prop_assert_eq!(view.end, Some(End::Output(data))),
        (Status::Failed, None) => {}
        // Its message became a dead letter.
        (Status::Failed, _) if crashes >= 5 => {}
        (Status::Cancelled, _) => prop_assert!(cancelled),
        // Time passed until the deadline while workers died.
        (Status::TimedOut, _) => {}
        (status, accepted) => prop_assert!(false, "{} after {:?}", status, accepted),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn of_an_answer_the_time_limit_and_a_cancellation_one_wins(
        steps in prop::collection::vec(step(), 1..16),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(live(steps))?;
    }
}
