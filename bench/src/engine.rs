//! The engine by itself: reading and compiling a flow, and running it, without store, queue and wire.

use std::{convert::Infallible, fmt::Write, future::Future, hint::black_box, time::Duration};

use serde_json::{Value, json};
use shared::{
    flow::{self, Host, HttpRequest, ListenRequest, LlmRequest, LogEvent, Plan, RunFacts},
    model::{CallFailure, Completion, FailureKind, Heard, HttpAnswer, RunId, Timestamp},
};
use tokio::time::Instant;

use crate::{fault::Faults, report::Table};

/// How long each flow is compiled, and run, per round.
const ROUND: Duration = Duration::from_millis(100);

/// Rounds; the fastest one counts, because what slows a round down is other work of the machine.
const ROUNDS: usize = 5;

/// A flow to measure.
struct Case {
    name: &'static str,
    source: String,
    steps: u32,
    input: Value,
    output: Value,
}

/// Measures every flow; one that does not compile or gives another output is a fault.
pub(crate) async fn measure(faults: &mut Faults) -> Table {
    let mut table = Table::new(&["flow", "steps", "compile", "run", "per step"]);
    for case in cases() {
        match row(&case).await {
            Ok(row) => table.add(&row),
            Err(fault) => faults.add(format!("engine, {}: {fault}", case.name)),
        }
    }
    table
}

async fn row(case: &Case) -> Result<Vec<String>, String> {
    let check =
        || flow::check(&case.source).map_err(|faults| format!("does not compile: {faults:?}"));
    let plan = check()?.plan;
    let output = run(&plan, &case.input).await;
    if output.as_ref() != Ok(&case.output) {
        return Err(format!("gave {output:?}"));
    }
    let compiled = fastest(async || drop(black_box(check()))).await;
    let ran = fastest(async || drop(black_box(run(&plan, &case.input).await))).await;
    Ok(vec![
        case.name.to_owned(),
        case.steps.to_string(),
        micros(compiled),
        micros(ran),
        format!("{} ns", (ran / case.steps).as_nanos()),
    ])
}

/// The mean time of one call in the fastest round.
async fn fastest<F: Future<Output = ()>>(call: impl Fn() -> F) -> Duration {
    let mut fastest = Duration::MAX;
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        let mut count = 0;
        while begin.elapsed() < ROUND {
            call().await;
            count += 1;
        }
        fastest = fastest.min(begin.elapsed() / count);
    }
    fastest
}

async fn run(plan: &Plan, input: &Value) -> Result<Value, String> {
    let facts = RunFacts {
        id: RunId::new(Timestamp::default(), [0; 10]),
        input,
        started_at: Timestamp::default(),
        workspace: "bench",
        trigger: "bench",
        environment: "DEV",
        thread: None,
    };
    match flow::run(plan, &Unreachable, facts).await {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(never) => match never {},
    }
}

fn cases() -> Vec<Case> {
    let numbers: Vec<u32> = (1..=100).collect();
    vec![
        Case {
            name: "one text, as the measured trigger",
            source: flow_of(r#"  - greet: {set: {reply: '${ "Hello, " + .message + "!" }'}}"#),
            steps: 1,
            input: json!({"message": "m"}),
            output: json!({"reply": "Hello, m!"}),
        },
        sums("10 sums", 10),
        sums("100 sums", 100),
        Case {
            name: "a loop of 100 rounds with a sum in each",
            source: flow_of(
                "  - start: {set: {numbers: '${ .numbers }', sum: 0}}\n\
                 \x20 - add:\n      for: {each: number, in: '${ .numbers }'}\n      do:\n\
                 \x20       - sum: {set: {sum: '${ .sum + $number }'}}",
            ),
            steps: 102,
            input: json!({ "numbers": numbers }),
            output: json!({"sum": 5050}),
        },
    ]
}

fn sums(name: &'static str, steps: u32) -> Case {
    let mut tasks = String::new();
    for step in 0..steps {
        // Writing into a string does not fail.
        let _ = writeln!(tasks, "  - add{step}: {{set: {{sum: '${{ .sum + 1 }}'}}}}");
    }
    Case {
        name,
        source: flow_of(&tasks),
        steps,
        input: json!({"sum": 0}),
        output: json!({"sum": steps}),
    }
}

fn flow_of(tasks: &str) -> String {
    format!(
        "document: {{dsl: '1.0.3', namespace: bench, name: bench, version: '1.0.0'}}\ndo:\n{tasks}\n"
    )
}

fn micros(duration: Duration) -> String {
    format!("{:.1} µs", duration.as_secs_f64() * 1e6)
}

fn unreachable_from_here() -> CallFailure {
    CallFailure { kind: FailureKind::Refused, message: "nothing is reached from here".to_owned() }
}

/// The world of a flow that does not reach out.
struct Unreachable;

impl Host for Unreachable {
    type Stop = Infallible;

    async fn proceed(&self) -> Result<(), Infallible> {
        Ok(())
    }

    async fn http(
        &self,
        _: &str,
        _: HttpRequest,
    ) -> Result<Result<HttpAnswer, CallFailure>, Infallible> {
        Ok(Err(unreachable_from_here()))
    }

    async fn llm(
        &self,
        _: &str,
        _: LlmRequest,
    ) -> Result<Result<Completion, CallFailure>, Infallible> {
        Ok(Err(unreachable_from_here()))
    }

    async fn wait(&self, _: &str, _: Duration, _: Option<Timestamp>) -> Result<(), Infallible> {
        Ok(())
    }

    async fn listen(&self, _: &str, _: ListenRequest) -> Result<Option<Heard>, Infallible> {
        Ok(None)
    }

    fn reached_at(&self, _: &str) -> Timestamp {
        Timestamp::default()
    }

    fn now(&self) -> Timestamp {
        Timestamp::default()
    }

    fn log(&self, event: LogEvent) {
        black_box(event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_flow_compiles_and_gives_what_it_should() {
        for case in cases() {
            let checked = flow::check(&case.source)
                .unwrap_or_else(|faults| panic!("{}: {faults:?}", case.name));
            assert_eq!(run(&checked.plan, &case.input).await, Ok(case.output), "{}", case.name);
        }
    }
}
