//! The demo on a real stack.

use std::time::Duration;

use local::{Options, Stack};
use serde_json::{Value, json};
use shared::{
    egress::Policy,
    flow,
    model::{End, Environment, TriggerState},
    runs::{Input, RunView, Start},
};

use super::{
    record::Demo,
    seed::{is_current, seed},
};
use crate::flow::version;

async fn stack() -> Stack {
    let egress = Policy { allow_private_targets: true, ..Policy::default() };
    Stack::start(Options { egress, ..Options::default() }).await.unwrap()
}

async fn seeded() -> (Stack, Demo) {
    let stack = stack().await;
    let demo = seed(stack.store(), stack.base_url(), stack.runs().now()).await.unwrap();
    (stack, demo)
}

async fn run(stack: &Stack, name: &str, environment: Environment, input: Value) -> RunView {
    let trigger = stack.store().trigger(&name.parse().unwrap()).await.unwrap().unwrap();
    let trigger = trigger.into();
    let start = Start::new(trigger, environment, input);
    let (view, _) = stack.runs().start_and_wait(start).await.unwrap();
    view
}

#[tokio::test]
async fn every_example_runs() {
    let (stack, demo) = seeded().await;
    let status = format!("{}/api/v1/ai/trigger/status/demo/none", stack.base_url());
    let bearer = json!({"Authorization": format!("Bearer {}", demo.api_key)});
    let pens = json!([{"name": "pen", "price": 2.5, "quantity": 4}, {"name": "ink", "price": 7}]);
    let cases = [
        ("hello", json!({"message": "Ada"}), Ok(json!({"reply": "Hello, Ada!"}))),
        ("hello", json!({}), Ok(json!({"reply": "Hello, world!"}))),
        (
            "order",
            json!({"items": pens}),
            Ok(json!({"total": 21, "carrier": "post", "paid": true})),
        ),
        (
            "order",
            json!({"items": pens, "express": true, "bank": "busy"}),
            Ok(
                json!({"total": 29, "carrier": "courier", "paid": false, "reason": "the bank is busy"}),
            ),
        ),
        ("order", json!({"items": []}), Err("Empty Order")),
        ("reminder", json!({"message": "tea", "seconds": 0}), Ok(json!({"reminder": "tea"}))),
        ("fetch", json!({"url": status, "headers": bearer}), Err("Communication Error")),
        (
            "refund",
            json!({"message": "Ada", "amount": 20}),
            Ok(json!({"refunded": 20, "to": "Ada"})),
        ),
        (
            "support",
            json!({"message": "Where?", "customer": "Ada", "topic": "delivery"}),
            Ok(json!({"team": "delivery", "answer_within_hours": 24, "question": "Where?"})),
        ),
    ];
    for (name, input, expected) in cases {
        let view = run(&stack, name, Environment::Dev, input.clone()).await;
        match (view.end, expected) {
            (Some(End::Output(output)), Ok(expected)) => {
                assert_eq!(output, expected, "{name} {input}");
            }
            (Some(End::Error(error)), Err(title)) => {
                assert_eq!(error.title, title, "{name} {input}");
            }
            (end, _) => panic!("{name} {input}: {end:?}"),
        }
    }
}

#[tokio::test]
async fn a_refund_waits_for_a_person() {
    let (stack, demo) = seeded().await;
    for (decision, output) in [
        ("approve", json!({"refunded": 21, "to": "Ada"})),
        ("reject", json!({"refunded": 0, "reason": "Somebody said no"})),
    ] {
        let input = json!({"message": "Ada", "amount": 21});
        let asked = run(&stack, "refund", Environment::Dev, input).await;
        let question = asked.listening.unwrap().question.unwrap();
        assert_eq!(question.text, "Refund 21 euros to Ada?");
        let (id, answer) = (asked.run.id, Input::of(json!(decision)));
        stack.runs().give_answer(id, &demo.workspace_id, answer).await.unwrap();
        let end = loop {
            let view = stack.store().view(id).await.unwrap().unwrap();
            if view.run.status.is_terminal() {
                break RunView::from(view).end;
            }
            tokio::task::yield_now().await;
        };
        assert_eq!(end, Some(End::Output(output)));
    }
}

#[tokio::test]
async fn fetch_puts_out_what_another_run_of_the_stack_says() {
    let (stack, demo) = seeded().await;
    let first = run(&stack, "hello", Environment::Dev, json!({"message": "Ada"})).await;
    let input = json!({
        "url": format!("{}/api/v1/ai/trigger/status/demo/{}", stack.base_url(), first.run.id),
        "headers": {"Authorization": format!("Bearer {}", demo.api_key)},
    });
    let view = run(&stack, "fetch", Environment::Prod, input).await;
    let Some(End::Output(output)) = view.end else { panic!("{:?}", view.end) };
    assert_eq!(output["status"], 200);
    assert_eq!(output["content"]["response"]["reply"], "Hello, Ada!");
}

#[tokio::test]
async fn environments_serve_versions_of_their_own() {
    let (stack, _) = seeded().await;
    for (environment, reply) in
        [(Environment::Uat, "Hello, Ada!"), (Environment::Prod, "Good day, Ada.")]
    {
        let view = run(&stack, "hello", environment, json!({"message": "Ada"})).await;
        assert_eq!(view.end, Some(End::Output(json!({"reply": reply}))), "{environment}");
    }
}

#[tokio::test]
async fn seeding_again_makes_a_new_key_and_leaves_the_rest_as_it_is() {
    let (stack, first) = seeded().await;
    let (store, now) = (stack.store(), stack.runs().now());
    let source = "document: {dsl: '1.0.3', namespace: mine, name: hello, version: '2.0.0'}
do: [{mine: {set: {mine: true}}}]
";
    let document = flow::check(source).unwrap().plan.document;
    let mine = version(document, source.to_owned(), first.workspace_id.clone(), now);
    store.publish(&mine, &[Environment::Dev]).await.unwrap();
    let paused = "order".parse().unwrap();
    store.set_trigger_state(&first.workspace_id, &paused, TriggerState::Paused).await.unwrap();

    let second = seed(store, stack.base_url(), now.after(Duration::from_secs(1))).await.unwrap();
    assert_ne!(first.api_key, second.api_key);
    assert!(first.triggers == second.triggers);
    let flow = store.flow(&first.workspace_id, "hello").await.unwrap().unwrap();
    assert_eq!(flow.serves[&Environment::Dev].hash, mine.hash);
    let order = store.trigger(&paused).await.unwrap().unwrap();
    assert_eq!(order.state, TriggerState::Paused);
    assert_eq!(store.flow_versions(&first.workspace_id, "hello").await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_record_is_good_for_as_long_as_its_key() {
    let (stack, demo) = seeded().await;
    let (store, now) = (stack.store(), stack.runs().now());
    assert!(is_current(&demo, store, now).await.unwrap());
    let other = self::stack().await;
    assert!(!is_current(&demo, other.store(), now).await.unwrap());
    let broken = Demo { api_key: "tk_broken".to_owned(), ..demo.clone() };
    assert!(!is_current(&broken, store, now).await.unwrap());
    let key = store.keys(&demo.workspace_id).await.unwrap().pop().unwrap();
    store.revoke_key(&demo.workspace_id, &key.id, now).await.unwrap();
    assert!(!is_current(&demo, store, now).await.unwrap());
}
