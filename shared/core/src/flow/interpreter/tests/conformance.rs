//! The conformance kit of the Open Workflow Specification, where a copy of it lies beside the
//! repository. It is not part of the repository: without it there is nothing to judge by, and the
//! test says so.

use std::{fs, path::Path};

use serde_json::{Value, json};

use super::{
    host::{Reply, TestHost, facts},
    kit::{Scenario, scenarios},
};
use crate::{
    flow::{HttpRequest, LogEvent, Progress, Severity, check, run, source},
    model::RunError,
};

/// Scenarios of tasks that are not shipped. They must be refused as such: a flow that is not run
/// as its author means it must not be accepted.
const REFUSED: [&str; 4] = [
    "Fork Task With Competing Concurrent Sub Tasks",
    "Call OpenAPI With Content Output",
    "Call OpenAPI With Response Output",
    "Emit Task",
];

/// As many scenarios as the kit of version 1.0.3 has.
const SCENARIO_COUNT: usize = 21;

#[tokio::test]
async fn the_conformance_kit_passes() {
    let kit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/ows/ctk");
    let Ok(files) = fs::read_dir(&kit) else {
        println!("skipped: there is no conformance kit beside the repository");
        return;
    };
    let mut count = 0;
    for file in files {
        let feature = fs::read_to_string(file.unwrap().path()).unwrap();
        for scenario in scenarios(&feature) {
            count += 1;
            judge(&scenario).await;
        }
    }
    assert_eq!(count, SCENARIO_COUNT);
}

async fn judge(scenario: &Scenario) {
    let name = &scenario.name;
    let block = |prefix: &str| {
        let step = scenario.steps.iter().find(|step| step.text.starts_with(prefix));
        step.map(|step| step.block.as_deref().unwrap_or_else(|| panic!("{name}: {}", step.text)))
    };
    let definition = block("a workflow with definition").expect(name);
    let input = block("the workflow input is").map_or(json!({}), yaml);
    let checked = check(definition);
    if REFUSED.contains(&name.as_str()) {
        let faults = checked.expect_err(name);
        assert!(faults.iter().any(|fault| fault.severity == Severity::Refused), "{faults:?}");
        return;
    }
    let plan = checked.unwrap_or_else(|faults| panic!("{name}: {faults:?}")).plan;
    let host = TestHost::new(|_, request| stub(request));
    let ended = run(&plan, &host, facts(&input)).await.unwrap();
    let order: Vec<String> = host.state().logs.iter().filter_map(completed).collect();
    for step in &scenario.steps {
        let block = step.block.as_deref().map(yaml);
        assert!(
            holds(&step.text, block.as_ref(), &ended, &order),
            "{name}: {}: {ended:?}",
            step.text
        );
    }
}

/// Whether a step of a scenario is true of a run's end and of the order of its tasks.
fn holds(
    step: &str,
    block: Option<&Value>,
    ended: &Result<Value, RunError>,
    order: &[String],
) -> bool {
    if ["a workflow with definition", "the workflow input is", "the workflow is executed"]
        .iter()
        .any(|known| step.starts_with(known))
    {
        return true;
    }
    if let Some((task, place)) = step.split_once(" should run ") {
        let at = |wanted: &str| order.iter().position(|name| name == wanted);
        return match place {
            "first" => order.first().is_some_and(|name| name == task),
            "last" => order.last().is_some_and(|name| name == task),
            place => at(task) > at(place.strip_prefix("after ").expect(step)) && at(task).is_some(),
        };
    }
    match (step.strip_prefix("the workflow ").expect(step), ended) {
        ("should complete", ended) => ended.is_ok(),
        ("should complete with output:", Ok(output)) => Some(output) == block,
        ("should fault", ended) => ended.is_err(),
        ("should fault with error:", Err(error)) => {
            let error = serde_json::to_value(error).unwrap();
            block.unwrap().as_object().unwrap().iter().all(|(name, value)| error[name] == *value)
        }
        (step, Ok(output)) => {
            let quoted: Vec<&str> = step.split('\'').skip(1).step_by(2).collect();
            let found: Vec<_> = quoted.iter().map(|path| property(output, path)).collect();
            if step.starts_with("output should have properties") {
                found.iter().all(Option::is_some)
            } else if step.ends_with("with value:") {
                found == [block]
            } else {
                panic!("a step that nobody understands: {step}")
            }
        }
        (_, Err(_)) => false,
    }
}

fn property<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, name| value.get(name))
}

fn yaml(text: &str) -> Value {
    source::read(text).unwrap().to_value()
}

fn completed(event: &LogEvent) -> Option<String> {
    let name = event.task.rsplit('/').next()?;
    (event.progress == Progress::Completed).then(|| name.to_owned())
}

/// The two services that the kit reaches for, as far as it does.
fn stub(request: &HttpRequest) -> Reply {
    let pet = |id: u64| json!({"id": id, "name": "Milou", "status": "available"});
    let not_found = Reply::json(404, &json!({"message": "Pet not found"}));
    if request.method != "GET" {
        return Reply::json(405, &json!({}));
    }
    if let Some(path) = request.url.strip_prefix("https://petstore.swagger.io/v2/pet/") {
        return match path {
            "findByStatus?status=available" => Reply::json(200, &json!([pet(1), pet(2)])),
            id => id.parse().map_or(not_found, |id| Reply::json(200, &pet(id))),
        };
    }
    let (user, password) = ("serverless-workflow", "conformance-test");
    let is_login = request.url == format!("https://httpbin.org/basic-auth/{user}/{password}");
    let credentials = "Basic c2VydmVybGVzcy13b3JrZmxvdzpjb25mb3JtYW5jZS10ZXN0";
    if is_login && request.headers.iter().any(|(_, value)| value == credentials) {
        return Reply::json(200, &json!({"authenticated": true, "user": user}));
    }
    Reply::json(401, &json!({}))
}
