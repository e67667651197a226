//! A run that listens is answered once, by whoever comes first and in time; whatever dies meanwhile, and
//! whatever comes twice.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};
use shared::{
    auth::KeyToken,
    model::{End, RunId, Status},
    runs::{Caller, Error, Input, RunView, Runs},
};
use support::{Bed, Moment, QUEUE, Wire, die_at_every_request, workspace};

const APPROVAL: &str = r#"
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

fn says(data: &str) -> Input {
    Input::of(json!(data))
}

fn of_kind(kind: &str) -> Input {
    Input { kind: Some(kind.to_owned()), ..Input::of(Value::Null) }
}

/// A run that listens.
struct Scene {
    bed: Bed,
    caller: Caller,
    id: RunId,
}

impl Scene {
    async fn new() -> Self {
        let bed = Bed::new().await;
        let flow = bed.publish(APPROVAL).await;
        let key = bed.key().await;
        assert!(KeyToken::parse(&key).is_ok());
        let caller = bed.runs.authenticate_by_key(&key).await.unwrap();
        let id = bed.runs.start(bed.wish(&flow, json!({"amount": 12}))).await.unwrap().id;
        bed.work(&bed.runs).await;
        Self { bed, caller, id }
    }

    async fn answer(&self, input: Input) -> Result<bool, Error> {
        self.answer_through(&self.bed.runs, input).await
    }

    async fn answer_through(&self, runs: &Runs, input: Input) -> Result<bool, Error> {
        let answered = runs.answer(&self.caller, &self.id.to_string(), input).await;
        answered.map(|(_, replayed)| replayed)
    }

    async fn view(&self) -> RunView {
        self.bed.view(self.id).await
    }

    /// Lets the run go on to its second question.
    async fn go_on(&self) {
        self.bed.work(&self.bed.runs).await;
        self.bed.advance(Duration::from_secs(20)).await;
        self.bed.work(&self.bed.runs).await;
    }
}

fn output(first: &str, second: &str) -> Option<End> {
    Some(End::Output(json!({"first": first, "second": second})))
}

#[tokio::test]
async fn a_run_listens_and_goes_on_with_what_it_hears() {
    let scene = Scene::new().await;
    let view = scene.view().await;
    let listening = view.listening.unwrap();
    assert_eq!(view.run.status, Status::Waiting);
    assert_eq!(listening.question.as_ref().unwrap().text, "Refund 12?");
    assert_eq!(listening.until, view.run.started_at.after(Duration::from_secs(600)));
    assert_eq!(view.logs.last().unwrap().message, "Waits for an answer: Refund 12?");
    assert!(!scene.answer(says("yes")).await.unwrap());
    assert_eq!(scene.view().await.listening, None);
    scene.go_on().await;
    assert_eq!(scene.view().await.listening.unwrap().kinds, ["more", "less"]);
    assert!(!scene.answer(of_kind("less")).await.unwrap());
    scene.bed.work(&scene.bed.runs).await;
    assert_eq!(scene.view().await.end, output("yes", "less"));
    // What was said last is known to the end; the question before it by its name.
    assert!(scene.answer(of_kind("less")).await.unwrap());
    assert!(matches!(scene.answer(of_kind("more")).await, Err(Error::Answered)));
    let named = Input { id: Some(listening.id), ..says("yes") };
    assert!(scene.answer(named).await.unwrap());
}

#[tokio::test]
async fn the_first_answer_counts_and_a_repeat_changes_nothing() {
    let scene = Scene::new().await;
    let first = scene.view().await.listening.unwrap().id;
    assert!(!scene.answer(says("yes")).await.unwrap());
    assert!(scene.answer(says("yes")).await.unwrap());
    assert!(matches!(scene.answer(says("no")).await, Err(Error::Answered)));
    scene.go_on().await;
    // The run listens for something else by now.
    let late = Input { id: Some(first), ..says("yes") };
    assert!(scene.answer(late).await.unwrap());
    assert!(scene.view().await.listening.is_some());
}

#[tokio::test]
async fn what_is_no_answer_changes_nothing() {
    let scene = Scene::new().await;
    for (input, member) in [
        (says("maybe"), "data"),
        (of_kind("other"), "type"),
        (Input { kind: Some("approval".to_owned()), ..says("") }, "data"),
    ] {
        let refused = scene.answer(input).await;
        assert!(
            matches!(&refused, Err(Error::InvalidAnswer { member: found, .. }) if *found == member),
            "{refused:?}"
        );
    }
    let other = Input { id: Some("0123456789abcdef".parse().unwrap()), ..says("yes") };
    assert!(matches!(scene.answer(other).await, Err(Error::NotListening)));
    let huge = Input::of(json!("a".repeat(300_000)));
    assert!(matches!(scene.answer(huge).await, Err(Error::TooLarge)));
    assert!(scene.view().await.listening.is_some());
}

#[tokio::test]
async fn nobody_answers_after_the_time_limit() {
    let scene = Scene::new().await;
    scene.bed.advance(Duration::from_secs(600)).await;
    // Its wake-up is late; that makes no difference.
    assert!(matches!(scene.answer(says("yes")).await, Err(Error::NotListening)));
    scene.go_on().await;
    assert!(!scene.answer(of_kind("more")).await.unwrap());
    scene.bed.work(&scene.bed.runs).await;
    assert_eq!(scene.view().await.end, output("nobody", "more"));
}

#[tokio::test]
async fn a_cancelled_run_ends_at_once_and_is_not_answered() {
    let scene = Scene::new().await;
    scene.bed.runs.request_cancel(scene.id, &workspace()).await.unwrap();
    assert!(matches!(scene.answer(says("yes")).await, Err(Error::NotListening)));
    scene.bed.work(&scene.bed.runs).await;
    let view = scene.view().await;
    assert_eq!((view.run.status, view.listening), (Status::Cancelled, None));
    assert!(matches!(scene.answer(says("yes")).await, Err(Error::NotListening)));
}

#[tokio::test]
async fn a_waiting_call_does_not_wait_for_people() {
    let bed = Bed::new().await;
    let flow = bed.publish(APPROVAL).await;
    let (view, _) = bed.runs.start_and_wait(bed.wish(&flow, json!({"amount": 1}))).await.unwrap();
    assert_eq!(view.run.status, Status::Waiting);
    assert_eq!(view.listening, bed.view(view.run.id).await.listening);
    assert!(view.link.is_some());
    assert!(view.listening.is_some());
}

#[tokio::test]
async fn a_run_that_nobody_answers_ends_at_its_deadline() {
    let bed = Bed::new().await;
    let flow = bed
        .publish(
            "{document: {dsl: '1.0.3', namespace: t, name: patient, version: '1.0.0'}, \
             do: [{a: {listen: {to: {one: {with: {type: x}}}}}}]}",
        )
        .await;
    let id = bed.runs.start(bed.wish(&flow, json!({}))).await.unwrap().id;
    let view = bed.work_to_the_end(&bed.runs, id).await;
    assert_eq!(view.run.status, Status::TimedOut);
    assert_eq!(view.listening, None);
}

/// Both questions are answered, by processes of which one stops at its request `count`; whether it came that
/// far.
async fn crashes_at(count: usize, moment: Moment, who: &str) -> bool {
    let scene = Scene::new().await;
    let bed = &scene.bed;
    let what = format!("{moment:?} request {count} of the {who}");
    let (doomed, wire) = bed.process();
    let (survivor, _) = bed.process();
    doomed.status(&scene.caller, &scene.id.to_string()).await.unwrap();
    wire.take();
    let came = {
        let life = async {
            wire.stop_at(count, moment);
            if who == "caller" {
                scene.answer_through(&doomed, says("yes")).await.unwrap();
            } else {
                scene.answer(says("yes")).await.unwrap();
                bed.work(&doomed).await;
                bed.advance(Duration::from_secs(20)).await;
                bed.work(&doomed).await;
            }
        };
        tokio::select! { biased; () = wire.stopped() => true, () = life => false }
    };
    if who == "caller" {
        // Without an answer the caller asks again.
        scene.answer_through(&survivor, says("yes")).await.unwrap();
    }
    for _ in 0..200 {
        bed.work(&survivor).await;
        if scene.view().await.listening.is_some_and(|it| it.kinds == ["more", "less"]) {
            break;
        }
        bed.advance(Duration::from_secs(5)).await;
    }
    assert!(!scene.answer_through(&survivor, of_kind("more")).await.unwrap(), "{what}");
    let view = bed.work_to_the_end(&survivor, scene.id).await;
    assert_eq!(view.end, output("yes", "more"), "{what}");
    came
}

#[tokio::test]
async fn whoever_answers_or_executes_may_die_at_every_request() {
    for (who, least) in [("caller", 3), ("worker", 6)] {
        die_at_every_request(least..100, async |count, moment| {
            crashes_at(count, moment, who).await
        })
        .await;
    }
}

/// The run begins to listen in a process that stops at its request `count`.
async fn begins_and_crashes_at(count: usize, moment: Moment) -> bool {
    let bed = Bed::new().await;
    // Patient: a message may be away for a quarter of an hour.
    let flow = bed.publish(&APPROVAL.replacen("PT10M", "PT30M", 1)).await;
    let caller = bed.runs.authenticate_by_key(&bed.key().await).await.unwrap();
    let (doomed, wire) = bed.process();
    let (survivor, _) = bed.process();
    let id = bed.runs.start(bed.wish(&flow, json!({"amount": 12}))).await.unwrap().id;
    wire.stop_at(count, moment);
    let came = tokio::select! {
        biased;
        () = wire.stopped() => true,
        _ = bed.work(&doomed) => false,
    };
    let mut passed = 0;
    while bed.view(id).await.listening.is_none() {
        bed.advance(Duration::from_secs(5)).await;
        bed.work(&survivor).await;
        passed += 5;
        assert!(passed < 1000, "{moment:?} request {count}: the run never listens");
    }
    bed.runs.answer(&caller, &id.to_string(), says("no")).await.unwrap();
    for _ in 0..20 {
        bed.work(&survivor).await;
        bed.advance(Duration::from_secs(5)).await;
    }
    bed.runs.answer(&caller, &id.to_string(), of_kind("less")).await.unwrap();
    let view = bed.work_to_the_end(&survivor, id).await;
    assert_eq!(view.end, output("no", "less"), "{moment:?} request {count}");
    came
}

#[tokio::test]
async fn a_worker_may_die_while_its_run_begins_to_listen() {
    die_at_every_request(4..50, begins_and_crashes_at).await;
}

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
                    let body = message.body.clone().unwrap();
                    let copy = local::sqs::Outgoing { body, ..Default::default() };
                    bed.queues.send(QUEUE, copy).await.unwrap();
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
