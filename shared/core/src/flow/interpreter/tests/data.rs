//! The way of the data through a flow.

use serde_json::{Value, json};

use super::host::{START, fault, output};

#[tokio::test]
async fn data_flows_as_the_language_says() {
    let cases: [(&str, &str, Value, Value); 16] = [
        ("set replaces the data", "do: [{a: {set: {x: 1}}}]", json!({"y": 2}), json!({"x": 1})),
        ("set takes an expression", "do: [{a: {set: '${ .y }'}}]", json!({"y": [2]}), json!([2])),
        (
            "expressions stand at any depth",
            "do: [{a: {set: {o: {l: [1, '${ .y }', {z: '${ .y }'}]}}}}]",
            json!({"y": 2}),
            json!({"o": {"l": [1, 2, {"z": 2}]}}),
        ),
        (
            "an output is the next input",
            "do: [{a: {set: {x: 1}}}, {b: {set: {y: '${ .x + 1 }'}}}]",
            json!({}),
            json!({"y": 2}),
        ),
        (
            "input.from is what the task sees as . and as $input",
            "do: [{a: {input: {from: .u}, set: {a: '${ . }', b: '${ $input }'}}}]",
            json!({"u": 1}),
            json!({"a": 1, "b": 1}),
        ),
        (
            "output.as sees the raw output and the transformed input",
            "do: [{a: {input: {from: .u}, set: {x: 2}, output: {as: '[$input, .x]'}}}]",
            json!({"u": 1}),
            json!([1, 2]),
        ),
        (
            "output.as may be an object",
            "do: [{a: {set: {x: 2}, output: {as: {y: '${ .x }'}}}}]",
            json!(null),
            json!({"y": 2}),
        ),
        (
            "export.as sees the transformed output and replaces the context",
            "do: [{a: {set: {x: 2}, output: {as: .x}, export: {as: '{seen: [., $output, $task.output]}'}}}, \
              {b: {set: '${ $context }'}}]",
            json!({}),
            json!({"seen": [2, 2, {"x": 2}]}),
        ),
        (
            "the context begins as the flow's transformed input",
            "input: {from: .in}\ndo: [{a: {set: {x: 1}}}, {b: {set: '${ $context }'}}]",
            json!({"in": {"k": 1}}),
            json!({"k": 1}),
        ),
        (
            "a context set deep inside reaches what follows",
            "do: [{a: {do: [{b: {set: '${ 5 }', export: {as: '{n: .}'}}}]}}, {c: {set: '${ $context.n }'}}]",
            json!({}),
            json!(5),
        ),
        (
            "the flow's output.as sees its transformed input",
            "input: {from: .in}\noutput: {as: '[., $input]'}\ndo: [{a: {set: {x: 1}}}]",
            json!({"in": 3}),
            json!([{"x": 1}, 3]),
        ),
        (
            "a skipped task passes on its raw input",
            "do: [{a: {if: .no, input: {from: .x}, set: '${ 1 }', output: {as: '2'}, export: {as: '3'}, then: end}}, \
              {b: {set: '${ [., $context] }'}}]",
            json!({"x": 1}),
            json!([{"x": 1}, {"x": 1}]),
        ),
        (
            "all but false and null count as true",
            "do: [{a: {if: .zero, set: '${ 1 }'}}]",
            json!({"zero": 0}),
            json!(1),
        ),
        (
            "$task tells about the task",
            "do: [{a: {input: {from: .u}, set: '${ $task | [.name, .reference, .input, .output] }'}}]",
            json!({"u": 1}),
            json!(["a", "/do/0/a", {"u": 1}, null]),
        ),
        (
            "$workflow tells about the run",
            "input: {from: .u}\ndo: [{a: {set: '${ $workflow | [.input, .definition.document.name, .startedAt.iso8601, .startedAt.epoch.milliseconds, (.id | length)] }'}}]",
            json!({"u": 1}),
            json!([{"u": 1}, "test", "2026-02-09T23:24:39.120Z", START.as_millis(), 36]),
        ),
        (
            "$runtime tells about this service",
            "do: [{a: {set: '${ $runtime | [.name, .metadata.trigger, .metadata.environment] }'}}]",
            json!({}),
            json!(["trigger-api", "greet", "production"]),
        ),
    ];
    for (rule, flow, input, expected) in cases {
        assert_eq!(output(flow, input).await, expected, "{rule}");
    }
}

#[tokio::test]
async fn data_that_does_not_match_its_schema_is_refused() {
    let schema = "{schema: {document: {type: object, properties: {n: {type: integer}}}}}";
    let cases = [
        (format!("input: {schema}\ndo: [{{a: {{set: '${{ 1 }}'}}}}]"), "/input/schema"),
        (format!("do: [{{a: {{input: {schema}, set: '${{ 1 }}'}}}}]"), "/do/0/a"),
        (format!("do: [{{a: {{set: {{n: secret}}, output: {schema}}}}}]"), "/do/0/a"),
        (format!("do: [{{a: {{set: {{n: secret}}, export: {schema}}}}}]"), "/do/0/a"),
        (format!("output: {schema}\ndo: [{{a: {{set: {{n: secret}}}}}}]"), "/output/schema"),
    ];
    for (flow, instance) in cases {
        let flow = flow.replace("export: {schema", "export: {as: ., schema");
        let host = super::host::TestHost::silent();
        let error = super::host::end(&host, &flow, json!({"n": "secret"})).await.unwrap_err();
        assert!(error.kind.ends_with("/validation") && error.status == 400, "{error:?}");
        assert_eq!(error.instance.as_deref(), Some(instance));
        let detail = error.detail.unwrap();
        assert!(detail.contains("/n") && detail.contains("integer"), "{detail}");
        assert!(!detail.contains("secret"), "{detail}");
    }
}

#[tokio::test]
async fn a_failing_expression_is_an_error_of_its_task() {
    for (flow, instance) in [
        ("do: [{a: {set: '${ .x + {} }'}}]", "/do/0/a"),
        ("do: [{a: {if: '.x + {}', set: '${ 1 }'}}]", "/do/0/a"),
        ("do: [{a: {do: [{b: {input: {from: '.x + {}'}, set: '${ 1 }'}}]}}]", "/do/0/a/do/0/b"),
        ("do: [{a: {switch: [{b: {when: '.x + {}', then: end}}]}}]", "/do/0/a"),
        ("input: {from: '.x + {}'}\ndo: [{a: {set: '${ 1 }'}}]", "/input/from"),
        ("output: {as: '1 + {}'}\ndo: [{a: {set: '${ 1 }'}}]", "/output/as"),
    ] {
        let expected = ("expression".to_owned(), 400, instance.to_owned());
        assert_eq!(fault(flow, json!({"x": 1})).await, expected, "{flow}");
    }
}

#[tokio::test]
async fn data_over_six_mebibytes_is_refused_before_it_grows_further() {
    let input = json!({"x": "x".repeat(1024 * 1024)});
    let members: Vec<String> = (0..5).map(|n| format!("m{n}: '${{ .x }}'")).collect();
    let flow = format!("do: [{{a: {{set: {{{}}}, output: {{as: '1'}}}}}}]", members.join(", "));
    assert_eq!(output(&flow, input.clone()).await, json!(1));

    let members: Vec<String> = (0..6).map(|n| format!("m{n}: '${{ .x }}'")).collect();
    let expected = ("runtime".to_owned(), 500, "/do/0/a".to_owned());
    for set in [
        format!("set: {{{}}}", members.join(", ")),
        format!(
            "set: '${{ 1 }}', export: {{as: {{{}}}}}",
            members.join(", ").replace(".x", "$input.x")
        ),
    ] {
        assert_eq!(fault(&format!("do: [{{a: {{{set}}}}}]"), input.clone()).await, expected);
    }
}
