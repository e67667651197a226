//! `trigger create` with a schedule, and what becomes of it.

use std::time::Duration;

use local::Endpoints;
use serde_json::{Value, json};
use shared::clock::Clock;

use super::redact::redacted;
use crate::site::Site;

/// Tells of working days in a far March, so that nothing fires meanwhile.
const REPORT: [&str; 14] = [
    "trigger",
    "create",
    "--kind",
    "schedule",
    "--name",
    "Report",
    "--id",
    "report",
    "--flow",
    "hello",
    "--cron",
    "cron(0 9 ? 3 MON-FRI 2100)",
    "--timezone",
    "europe/berlin",
];

async fn runs(site: &Site, trigger: &str) -> Vec<Value> {
    let list = site.json(&["run", "list", "--trigger", trigger]).await;
    list["runs"].as_array().unwrap().clone()
}

/// The trigger's one run, once it has ended.
async fn ended(site: &Site, trigger: &str) -> Value {
    for _ in 0..600 {
        if let [run] = runs(site, trigger).await.as_slice()
            && run["status"] != "queued"
            && run["status"] != "running"
        {
            return run.clone();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nothing has fired: {:?}", runs(site, trigger).await)
}

#[tokio::test]
async fn a_schedule_is_made_shown_paused_fired_and_deleted() {
    let site = Site::new();
    let stack = site.start(&[]).await;
    let input = ["--input", r#"{"message":"Ada"}"#, "--overlap", "skip", "--catch-up", "10m"];
    let create = [&REPORT[..], &input].concat();
    let created = site.run(&create).await;
    assert_eq!(created.code, 0, "{}", created.stderr);
    insta::assert_snapshot!("schedule", redacted(&created.stdout));
    // What was cut off is mended by the same command.
    assert_eq!(site.run(&create).await.stdout, created.stdout);
    let other = [&REPORT[..], &["--overlap", "allow"]].concat();
    let taken = site.run(&other).await;
    assert_eq!((taken.code, &*taken.stderr), (1, "error: the trigger id `report` is taken\n"));

    let shown = site.json(&["trigger", "show", "Report"]).await;
    let firings: Vec<_> = ["01", "02", "03", "04", "05"]
        .map(|day| json!(format!("2100-03-{day}T08:00:00.000Z")))
        .into();
    assert_eq!(shown["schedule"]["next_firings"], json!(firings));
    assert_eq!(shown["schedule"]["expression"], "cron(0 9 ? 3 MON-FRI 2100)");

    let paused = site.json(&["trigger", "pause", "report"]).await;
    assert_eq!(paused["schedule"]["next_firings"], json!([]));
    let refused = site.run(&["trigger", "fire", "report"]).await;
    assert_eq!((refused.code, &*refused.stderr), (1, "error: the trigger `report` is paused\n"));
    let resumed = site.json(&["trigger", "resume", "report"]).await;
    assert_eq!(resumed["schedule"], shown["schedule"]);

    let fired = site.json(&["trigger", "fire", "report"]).await;
    let run = ended(&site, "report").await;
    assert_eq!((&run["run_id"], &run["status"]), (&fired["run_id"], &json!("completed")));
    let status = site.json(&["run", "status", run["run_id"].as_str().unwrap()]).await;
    assert_eq!(status["output"], json!({"reply": "Hello, Ada!"}));

    let deleted = site.run(&["trigger", "delete", "report"]).await;
    assert_eq!((deleted.code, &*deleted.stdout), (0, "Deleted report.\n"));
    assert_eq!(site.run(&["trigger", "show", "report"]).await.code, 3);
    let scheduler = Endpoints::of_folder(&site.data()).unwrap().unwrap().scheduler();
    let gone = scheduler.get_schedule().name("report").group_name("trigger-api").send().await;
    assert!(gone.unwrap_err().into_service_error().is_resource_not_found_exception());
    drop(stack);
}

#[tokio::test]
async fn what_would_start_nothing_is_refused_and_not_stored() {
    let site = Site::new();
    let stack = site.start(&[]).await;
    let create = ["trigger", "create", "--name", "a", "--id", "a"];
    for (arguments, code, message) in [
        (&["--flow", "hello", "--kind", "schedule"][..], 2, "say when: --cron, --rate or --at"),
        (&["--flow", "hello", "--overlap", "skip"], 2, "say when"),
        (&["--flow", "hello", "--cron", "@daily", "--kind", "api"], 2, "has no schedule"),
        (&["--flow", "hello", "--cron", "0 25 * * *"], 2, "hour `25`: 0 to 23"),
        (&["--flow", "hello", "--cron", "0 9 13 * 5"], 2, "make two triggers"),
        (&["--flow", "hello", "--rate", "5 seconds"], 2, "rate `5 seconds`"),
        (&["--flow", "hello", "--at", "2020-01-01T00:00"], 2, "never fires"),
        (&["--flow", "hello", "--cron", "@daily", "--timezone", "Berlin"], 2, "IANA"),
        (&["--flow", "hello", "--cron", "@daily", "--env", "DEV,UAT"], 2, "one environment"),
        (&["--flow", "order", "--cron", "@daily"], 1, "does not match the flow's schema"),
        (&["--flow", "absent", "--cron", "@daily"], 3, "there is no flow `absent`"),
    ] {
        let answer = site.run(&[&create, arguments].concat()).await;
        assert_eq!(answer.code, code, "{arguments:?}: {}", answer.stderr);
        assert!(answer.stderr.contains(message), "{arguments:?}: {}", answer.stderr);
    }
    assert_eq!(site.run(&["trigger", "show", "a"]).await.code, 3);
    let plain = site.run(&["trigger", "fire", "hello"]).await;
    assert_eq!(plain.code, 1);
    assert!(plain.stderr.contains("`run start hello`"), "{}", plain.stderr);
    drop(stack);
}

#[tokio::test]
async fn a_schedule_that_is_missing_is_made_by_resuming_its_trigger() {
    let site = Site::new();
    let stack = site.start(&[]).await;
    site.json(&REPORT).await;
    let scheduler = Endpoints::of_folder(&site.data()).unwrap().unwrap().scheduler();
    let delete = scheduler.delete_schedule().name("report").group_name("trigger-api");
    delete.send().await.unwrap();
    site.json(&["trigger", "resume", "report"]).await;
    let get = scheduler.get_schedule().name("report").group_name("trigger-api");
    let schedule = get.send().await.unwrap();
    assert_eq!(schedule.schedule_expression_timezone(), Some("Europe/Berlin"));
    let message: Value = serde_json::from_str(schedule.target().unwrap().input().unwrap()).unwrap();
    insta::assert_json_snapshot!("firing", message);
    drop(stack);
}

#[tokio::test]
async fn a_moment_around_which_the_stack_is_killed_has_one_run() {
    let site = Site::new();
    let stack = site.start(&["--lease-s", "2"]).await;
    // As late as a busy machine needs to take the command before it.
    let moment = Clock::system().now().after(Duration::from_secs(6)).to_string();
    let create = ["trigger", "create", "--name", "once", "--id", "once", "--flow", "hello"];
    site.json(&[&create[..], &["--at", &moment[..19], "--input", r#"{"message":"?"}"#]].concat())
        .await;
    stack.kill().await;
    // Ready before the moment or after it.
    let stack = site.start(&["--lease-s", "2"]).await;
    assert_eq!(ended(&site, "once").await["status"], "completed");
    stack.kill().await;
    let stack = site.start(&["--lease-s", "2"]).await;
    // Another one is fired behind it, so that the first would have come.
    site.json(&[
        "trigger",
        "create",
        "--name",
        "b",
        "--id",
        "b",
        "--flow",
        "hello",
        "--rate",
        "1 hour",
        "--input",
        r#"{"message":"?"}"#,
    ])
    .await;
    ended(&site, "b").await;
    assert_eq!(runs(&site, "once").await.len(), 1);
    drop(stack);
}

#[tokio::test]
async fn a_deployment_is_worked_on_by_its_variables() {
    let site = Site::new();
    let stack = site.start(&[]).await;
    let Endpoints {
        runs_table,
        config_table,
        queue_url,
        queue_arn,
        dynamodb_url,
        sqs_url,
        scheduler_url,
        payloads_bucket,
        s3_url,
        ..
    } = Endpoints::of_folder(&site.data()).unwrap().unwrap();
    let deployed = async |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = site.command(arguments);
        command.args(["--workspace", "demo"]);
        command.envs([
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            ("AWS_ENDPOINT_URL_DYNAMODB", &dynamodb_url),
            ("AWS_ENDPOINT_URL_SQS", &sqs_url),
            ("AWS_ENDPOINT_URL_SCHEDULER", &scheduler_url),
            ("TRIGGER_RUNS_TABLE", &runs_table),
            ("TRIGGER_CONFIG_TABLE", &config_table),
            ("TRIGGER_QUEUE_URL", &queue_url),
            ("TRIGGER_PAYLOADS_BUCKET", &payloads_bucket),
            ("TRIGGER_SECRETS_PREFIX", "/trigger-api/test"),
            ("AWS_ENDPOINT_URL_S3", &s3_url),
        ]);
        let output = command.envs(variables.iter().copied()).output().await.unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        (output.status.code().unwrap(), told)
    };
    let create = ["trigger", "create", "--name", "Tick", "--id", "tick", "--flow", "hello"];
    let rate = ["--rate", "1 hour", "--input", r#"{"message":"Ada"}"#];
    let create = [&create[..], &rate].concat();
    let (code, told) = deployed(&create, &[]).await;
    assert_eq!(code, 2);
    assert!(told.contains("TRIGGER_SCHEDULER_GROUP"), "{told}");
    assert_eq!(site.run(&["trigger", "show", "tick"]).await.code, 3);
    let places = [
        ("TRIGGER_QUEUE_ARN", &*queue_arn),
        ("TRIGGER_SCHEDULER_GROUP", "prod-schedules"),
        ("TRIGGER_SCHEDULER_ROLE_ARN", "arn:aws:iam::000000000000:role/prod-scheduler"),
    ];
    let (code, told) = deployed(&create, &places).await;
    assert_eq!(code, 0, "{told}");
    assert_eq!(ended(&site, "tick").await["status"], "completed");
    drop(stack);
}
