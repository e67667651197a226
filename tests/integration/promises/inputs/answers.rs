//! What counts as an answer, and until when.

use std::time::Duration;

use serde_json::json;
use shared::{
    model::Status,
    runs::{Error, Input},
};
use support::{Bed, workspace};

use super::scene::{APPROVAL, Scene, of_kind, output, says};

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
