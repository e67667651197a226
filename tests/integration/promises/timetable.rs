//! From the schedule to the end of its runs, through the whole stack, on a clock that is moved.

use std::time::Duration;

use aws_sdk_scheduler::types::{FlexibleTimeWindow, FlexibleTimeWindowMode, RetryPolicy, Target};
use local::Options;
use serde_json::{Value, json};
use shared::{
    clock::Clock,
    model::{End, Schedule, Status, Timestamp},
    queue::Firing,
    runs::RunView,
    store::Filter,
};
use support::{Api, records, workspace};

/// 2026-10-24T21:59:59Z: in Berlin, a second before the night in which 2 o'clock comes twice.
const EVENING: Timestamp = Timestamp::from_millis(1_792_879_199_000);

const ECHO: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: echo, version: '1.0.0' }
do:
  - show: { set: { seen: '${ .scheduled_time }' } }
"#;

const HOURLY: &str = "cron(0 * * * ? *)";

async fn start(clock: &Clock, data: Option<&std::path::Path>) -> Api {
    let data = data.map(std::path::Path::to_owned);
    Api::with(Options { clock: clock.clone(), data, ..Options::default() }).await
}

/// A trigger that fires at every full hour in Berlin, as the command line makes one, and so many hours late.
async fn schedule(api: &Api, catch_up_hours: u16) {
    api.publish_in(ECHO, &shared::model::Environment::ALL).await;
    let schedule = Schedule {
        expression: HOURLY.to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        catch_up_s: u64::from(catch_up_hours) * 3600,
        ..records::schedule(json!({}))
    };
    api.make_trigger("echo", |trigger| trigger.schedule = Some(schedule)).await;
    let endpoints = api.stack.endpoints();
    let target = Target::builder()
        .arn(&endpoints.queue_arn)
        .role_arn("arn:aws:iam::000000000000:role/scheduler")
        .input(Firing::template(&workspace(), &"echo".parse().unwrap()).unwrap())
        .retry_policy(
            RetryPolicy::builder()
                .maximum_event_age_in_seconds(i32::from(catch_up_hours) * 3600)
                .build(),
        );
    let exactly = FlexibleTimeWindow::builder().mode(FlexibleTimeWindowMode::Off);
    let create = endpoints.scheduler().create_schedule().name("echo");
    create
        .schedule_expression(HOURLY)
        .schedule_expression_timezone("Europe/Berlin")
        .flexible_time_window(exactly.build().unwrap())
        .target(target.build().unwrap())
        .send()
        .await
        .unwrap();
}

/// The moments of the trigger's runs once so many have ended, oldest first.
async fn moments(api: &Api, clock: &Clock, count: usize) -> Vec<Value> {
    let store = api.stack.store();
    let ended = Filter { statuses: Some(vec![Status::Completed]), ..Filter::default() };
    for _ in 0..3000 {
        let runs = store.list(&workspace(), &ended, None, 100).await.unwrap().runs;
        if runs.len() >= count {
            let mut moments = Vec::new();
            for run in runs {
                let view: RunView = store.view(run.id).await.unwrap().unwrap().into();
                let Some(End::Output(output)) = view.end else { panic!("{:?}", view.end) };
                moments.push(output["seen"].clone());
            }
            // Ids are made of the moments, so the list is in their order.
            moments.reverse();
            return moments;
        }
        // Time goes on: a message that overtakes its run's record looks again a moment later.
        let moment = Duration::from_millis(10);
        tokio::time::sleep(moment).await;
        clock.advance(moment);
    }
    let all = store.list(&workspace(), &Filter::default(), None, 100).await.unwrap().runs;
    panic!("fewer than {count} runs have ended: {all:?}")
}

#[tokio::test]
async fn a_night_of_firings_passes_when_the_clock_is_moved() {
    let clock = Clock::manual(EVENING);
    let api = start(&clock, None).await;
    schedule(&api, 5).await;
    clock.advance(Duration::from_secs(4 * 3600 + 1));
    // It is 00:00, 01:00, 02:00 in summer, 02:00 in winter, which is the same time, and 03:00.
    let expected = ["22", "23", "00", "02"].map(|hour| {
        let day = if hour.starts_with('2') { 24 } else { 25 };
        json!(format!("2026-10-{day}T{hour}:00:00.000Z"))
    });
    assert_eq!(moments(&api, &clock, 4).await, expected);
    api.stack.stop().await;
}

#[tokio::test]
async fn what_a_stopped_stack_missed_it_catches_up_with_once() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::manual(EVENING.after(Duration::from_secs(2)));
    let api = start(&clock, Some(folder.path())).await;
    schedule(&api, 4).await;
    api.stack.stop().await;
    clock.advance(Duration::from_secs(12 * 3600));
    for _ in 0..2 {
        let api = start(&clock, Some(folder.path())).await;
        // Of twelve, those of the last four hours.
        let expected =
            ["07", "08", "09", "10"].map(|hour| json!(format!("2026-10-25T{hour}:00:00.000Z")));
        assert_eq!(moments(&api, &clock, 4).await, expected);
        api.stack.stop().await;
    }
}
