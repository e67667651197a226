//! Creating, reading, changing and deleting.

use aws_sdk_scheduler::{error::ProvideErrorMetadata, types::ScheduleState};

use super::bed::{Bed, exact, target};

const NIGHTLY: &str = "cron(0 3 * * ? *)";

#[tokio::test]
async fn a_schedule_is_what_it_was_last_said_to_be() {
    let bed = Bed::new().await;
    let process = bed.start(None).await;
    process.create("nightly", NIGHTLY, 3600).await;
    let get = || process.client.get_schedule().name("nightly").group_name("trigger").send();
    let shown = get().await.unwrap();
    assert_eq!(shown.schedule_expression(), Some(NIGHTLY));
    assert_eq!(shown.schedule_expression_timezone(), Some("UTC"));
    assert_eq!(shown.state(), Some(&ScheduleState::Enabled));
    assert_eq!(shown.target(), Some(&target("nightly", 3600)));
    assert!(shown.arn().unwrap().ends_with(":schedule/trigger/nightly"));

    process.switch("nightly", "rate(1 day)", ScheduleState::Disabled).await;
    let changed = get().await.unwrap();
    assert_eq!(changed.schedule_expression(), Some("rate(1 day)"));
    assert_eq!(changed.state(), Some(&ScheduleState::Disabled));
    assert_eq!(changed.creation_date(), shown.creation_date());

    let delete = || process.client.delete_schedule().name("nightly").group_name("trigger").send();
    delete().await.unwrap();
    assert!(get().await.unwrap_err().into_service_error().is_resource_not_found_exception());
    assert!(delete().await.unwrap_err().into_service_error().is_resource_not_found_exception());
    process.stop().await;
}

#[tokio::test]
async fn a_name_is_taken_once_a_group_and_an_update_needs_one() {
    let bed = Bed::new().await;
    let process = bed.start(None).await;
    process.create("nightly", NIGHTLY, 3600).await;
    let create = |group: &str| {
        let create = process.client.create_schedule().name("nightly").group_name(group);
        let create = create.schedule_expression(NIGHTLY).flexible_time_window(exact());
        create.target(target("nightly", 3600)).send()
    };
    let refused = create("trigger").await.unwrap_err().into_service_error();
    assert!(refused.is_conflict_exception(), "{refused:?}");
    assert!(refused.message().unwrap().contains("nightly"));
    create("other").await.unwrap();
    let update = process.client.update_schedule().name("absent").group_name("trigger");
    let update = update.schedule_expression(NIGHTLY).flexible_time_window(exact());
    let refused = update.target(target("absent", 3600)).send().await.unwrap_err();
    assert!(refused.into_service_error().is_resource_not_found_exception());
    process.stop().await;
}

#[tokio::test]
async fn what_cannot_be_played_is_refused() {
    let bed = Bed::new().await;
    let process = bed.start(None).await;
    let create = || {
        let create = process.client.create_schedule().name("nightly");
        let create = create.flexible_time_window(exact()).schedule_expression(NIGHTLY);
        create.target(target("nightly", 3600))
    };
    let mut elsewhere = target("nightly", 3600);
    elsewhere.arn = "arn:aws:lambda:eu-central-1:000000000000:function:x".to_owned();
    for (what, request) in [
        ("a time of no day", create().schedule_expression("cron(0 25 * * ? *)")),
        ("a zone of nowhere", create().schedule_expression_timezone("Europe/Atlantis")),
        ("a start date", create().start_date(aws_smithy_types::DateTime::from_secs(1_800_000_000))),
        ("another target", create().target(elsewhere)),
        ("a short age", create().target(target("nightly", 59))),
        ("a name of other letters", create().name("a b")),
    ] {
        let refused = request.send().await.unwrap_err().into_service_error();
        assert!(refused.is_validation_exception(), "{what}: {refused:?}");
    }
    process.stop().await;
}
