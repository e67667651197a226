//! What runs of a thread share: each sees what those before it left, whatever dies, and leaves all of its own or nothing.

use serde_json::{Value, json};
use shared::{
    model::{End, Provider, RunId, Status, ThreadContext, Trigger},
    runs::{Start, Thread},
};
use support::{Bed, Call, Model, Moment, Reply, die_at_every_request, workspace};

/// A conversation that counts its turns in the document, with a wait in every turn.
const TALK: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: talk, version: '1.0.0' }
do:
  - before:
      set: { q: '${ .q }', turns: '${ $runtime.metadata.thread.document.turns // 0 }' }
  - ask:
      call: llm
      with: { provider: own, model: small, input: '${ .q }', thread: true }
      output: { as: '$input + { said: .content }' }
  - rest:
      wait: { seconds: 20 }
  - count:
      call: thread
      with: { document: { turns: '${ .turns + 1 }' } }
  - after:
      set: { turns: '${ $runtime.metadata.thread.document.turns }', said: '${ .said }' }
"#;

/// A turn that changes the thread and fails then.
const BROKEN: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: broken, version: '1.0.0' }
do:
  - write:
      call: thread
      with: { document: broken, messages: [{ role: user, content: oops }] }
  - fail:
      raise: { error: { type: 'https://example.com/bad', status: 500 } }
"#;

struct Talk {
    bed: Bed,
    flow: Trigger,
    model: Model,
}

impl Talk {
    async fn new() -> Self {
        let bed = Bed::new().await;
        let flow = bed.publish(TALK).await;
        let model = Model::start(|call: &Call| {
            let count = call.body["messages"].as_array().unwrap().len();
            Reply::saying(&[&format!("I was told {count}.")], 1000)
        });
        let model = model.await;
        bed.add_provider(&model.base_url, None).await;
        Self { bed, flow, model }
    }

    async fn start(&self, flow: &Trigger, question: &str) -> RunId {
        let thread = Thread::Given("talk".parse().unwrap());
        let wish = Start { thread, ..self.bed.wish(flow, json!({"q": question})) };
        self.bed.runs.start(wish).await.unwrap().id
    }

    async fn context(&self) -> ThreadContext {
        let thread = "talk".parse().unwrap();
        let now = self.bed.clock.now();
        self.bed.store.thread_context(&workspace(), &thread, now).await.unwrap()
    }
}

fn said(role: &str, content: &str) -> Value {
    json!({"role": role, "content": content})
}

/// What the thread holds after so many turns.
fn after(turns: usize) -> ThreadContext {
    let turn = |turn: usize| {
        let answer = format!("I was told {}.", 2 * turn - 1);
        [said("user", &format!("question {turn}")), said("assistant", &answer)]
    };
    ThreadContext {
        messages: (1..=turns).flat_map(turn).collect(),
        document: json!({"turns": turns}),
    }
}

/// Lets a worker that stops at its request `count` handle two turns of a conversation, and another one take its place;
/// whether it came that far.
async fn worker_dies_at(count: usize, moment: Moment) -> bool {
    let talk = Talk::new().await;
    let ids =
        [talk.start(&talk.flow, "question 1").await, talk.start(&talk.flow, "question 2").await];
    let (doomed, wire) = talk.bed.process();
    wire.stop_at(count, moment);
    let life = Box::pin(talk.bed.work_to_the_end(&doomed, ids[1]));
    let came = tokio::select! { biased; () = wire.stopped() => true, _ = life => false };
    let (survivor, _) = talk.bed.process();
    for (id, turn) in ids.iter().zip(1..) {
        let view = Box::pin(talk.bed.work_to_the_end(&survivor, *id)).await;
        let output = json!({"turns": turn, "said": format!("I was told {}.", 2 * turn - 1)});
        assert_eq!(view.end, Some(End::Output(output)), "{moment:?} request {count}");
    }
    assert_eq!(talk.context().await, after(2), "{moment:?} request {count}");
    assert!(talk.model.calls().len() <= 3, "one crash repeats one call at most");
    came
}

#[tokio::test]
async fn a_conversation_goes_on_whatever_dies() {
    die_at_every_request(13..200, worker_dies_at).await;
}

#[tokio::test]
async fn a_run_that_fails_leaves_nothing_in_its_thread() {
    let talk = Talk::new().await;
    let broken = talk.bed.publish(BROKEN).await;
    let (worker, _) = talk.bed.process();
    let first = talk.start(&talk.flow, "question 1").await;
    let second = talk.start(&broken, "").await;
    let third = talk.start(&talk.flow, "question 2").await;
    for (id, status) in
        [(first, Status::Completed), (second, Status::Failed), (third, Status::Completed)]
    {
        let view = talk.bed.work_to_the_end(&worker, id).await;
        assert_eq!(view.run.status, status, "{:?}", view.end);
    }
    assert_eq!(talk.context().await, after(2));
}

#[tokio::test]
async fn results_are_those_of_the_thread_as_it_was() {
    let talk = Talk::new().await;
    let (worker, _) = talk.bed.process();
    let first = talk.start(&talk.flow, "question 1").await;
    talk.bed.work_to_the_end(&worker, first).await;
    let second = talk.start(&talk.flow, "question 2").await;
    talk.bed.work_to_the_end(&worker, second).await;
    let key = talk.bed.key().await;
    let caller = talk.bed.runs.authenticate(&key, "demo").await.unwrap();
    for (id, turns) in [(first, 0), (second, 1)] {
        let results = talk.bed.runs.results(&caller, &id.to_string()).await.unwrap();
        assert_eq!(results.steps[0].output.as_ref().unwrap()["turns"], turns);
        assert_eq!(results.steps[4].output.as_ref().unwrap()["turns"], turns + 1);
    }
}

#[tokio::test]
async fn a_flow_that_does_not_use_its_thread_does_not_read_it_and_one_that_does_writes_it_with_its_end()
 {
    let talk = Talk::new().await;
    let (worker, wire) = talk.bed.process();
    let hello = talk.bed.publish(crate::promises::flows::HELLO).await;
    for (flow, reads, ends) in [(&hello, 0, "UpdateItem"), (&talk.flow, 1, "TransactWriteItems")] {
        let thread = Thread::New;
        let input = json!({"message": "you", "q": "Why?"});
        let wish = Start { thread, ..talk.bed.wish(flow, input) };
        let id = talk.bed.runs.start(wish).await.unwrap().id;
        wire.take();
        talk.bed.work_to_the_end(&worker, id).await;
        let sent = wire.take();
        let of = |part: &str| sent.iter().filter(|sent| sent.body.contains(part)).count();
        assert_eq!(
            sent.iter()
                .filter(|sent| sent.operation == "GetItem" && sent.body.contains("CONTEXT"))
                .count(),
            reads
        );
        assert_eq!(of("THREAD#"), 1 + 2 * reads, "the line is left, the context read and written");
        let last = sent.iter().rev().find(|sent| sent.body.contains(":ended")).unwrap();
        assert_eq!(last.operation, ends);
    }
}

#[tokio::test]
async fn the_example_of_a_conversation_remembers_and_sums_up() {
    let talk = Talk::new().await;
    let own = talk.bed.add_provider(&talk.model.base_url, None).await;
    let small = Some("small".to_owned());
    let default = Provider { name: "default".parse().unwrap(), model: small, ..own };
    talk.bed.store.put_provider(&default, None).await.unwrap();
    let flow =
        talk.bed.publish(include_str!("../../../../examples/models/conversation.yaml")).await;
    let (worker, _) = talk.bed.process();
    for turn in 1..=12 {
        let thread = Thread::Given("talk".parse().unwrap());
        let wish = Start { thread, ..talk.bed.wish(&flow, json!({"message": "Hi."})) };
        let id = talk.bed.runs.start(wish).await.unwrap().id;
        let view = talk.bed.work_to_the_end(&worker, id).await;
        // An instruction and a message; ten turns before that are 20 messages, and more are summed up.
        let told = if turn <= 11 { 2 * turn } else { 2 + 1 + 10 };
        let output = json!({"answer": format!("I was told {told}."), "turn": turn});
        assert_eq!(view.end, Some(End::Output(output)));
    }
    assert_eq!(talk.model.calls().len(), 13);
}
