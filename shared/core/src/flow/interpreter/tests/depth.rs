//! Deep flows on small stacks.

use serde_json::json;

use super::host::{TestHost, facts, plan};
use crate::flow::run;

/// The stack of a thread of tokio and of the standard library, in bytes.
const STACK_BYTES: usize = 2 * 1024 * 1024;

#[test]
fn the_deepest_flows_run_on_an_ordinary_stack() {
    // Each kind that nests, as deep as the loader lets it.
    for (open, close) in [
        ("[{t: {do: ", "}}]"),
        ("[{t: {for: {in: '[1]'}, do: ", "}}]"),
        ("[{t: {try: ", ", catch: {retry: {limit: {attempt: {count: 1}}}}}}]"),
        (
            "[{t: {try: [{r: {raise: {error: {type: 'https://x', status: 400}}}}], catch: {do: ",
            "}}}]",
        ),
    ] {
        let deepest = (1..=64)
            .rev()
            .map(|depth| {
                let set = "[{s: {set: '${ [., .] | length }'}}]";
                format!("do: {}{set}{}", open.repeat(depth), close.repeat(depth))
            })
            .find(|body| {
                let document = "document: {dsl: '1.0.3', namespace: n, name: n, version: '1.0.0'}";
                crate::flow::check(&format!("{document}\n{body}")).is_ok()
            })
            .expect("a flow of some depth is accepted");
        assert!(deepest.matches("{t:").count() >= 12, "{deepest}");
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let input = json!("x");
            runtime.block_on(run(&plan(&deepest), &TestHost::silent(), facts(&input)))
        });
        assert_eq!(thread.unwrap().join().unwrap(), Ok(Ok(json!(2))));
    }
}
