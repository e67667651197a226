//! What CloudWatch takes as a document of metrics, and what such documents say.

use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Value, json};

/// The rules of the Embedded Metric Format specification that a schema can say.
static SCHEMA: LazyLock<Validator> = LazyLock::new(|| {
    let name = |longest: u32| json!({"type": "string", "minLength": 1, "maxLength": longest});
    let metric = json!({
        "type": "object",
        "required": ["Name"],
        "additionalProperties": false,
        "properties": {
            "Name": name(1024),
            "Unit": {"enum": ["Count", "Milliseconds"]},
            "StorageResolution": {"enum": [1, 60]},
        },
    });
    let dimensions = json!({
        "type": "array",
        "minItems": 1,
        "items": {"type": "array", "maxItems": 30, "uniqueItems": true, "items": name(250)},
    });
    let directive = json!({
        "type": "object",
        "required": ["Namespace", "Dimensions", "Metrics"],
        "additionalProperties": false,
        "properties": {
            "Namespace": name(1024),
            "Dimensions": dimensions,
            "Metrics": {"type": "array", "minItems": 1, "maxItems": 100, "items": metric},
        },
    });
    let schema = json!({
        "type": "object",
        "required": ["_aws"],
        "properties": {"_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "additionalProperties": false,
            "properties": {
                "Timestamp": {"type": "integer", "minimum": 0},
                "CloudWatchMetrics": {"type": "array", "minItems": 1, "items": directive},
            },
        }},
    });
    jsonschema::validator_for(&schema).unwrap()
});

/// Panics unless CloudWatch would take the document and find in it all that it announces.
#[track_caller]
pub fn check(document: &Value) {
    if let Err(error) = SCHEMA.validate(document) {
        panic!("{error} at {}: {document}", error.instance_path());
    }
    for directive in directives(document) {
        for name in directive["Dimensions"].as_array().unwrap().iter().flat_map(strings) {
            let value = document[name].as_str().unwrap_or_else(|| panic!("no text {name}"));
            assert!((1..=1024).contains(&value.len()), "{name}: {document}");
        }
        for metric in directive["Metrics"].as_array().unwrap() {
            let values = values(document, metric["Name"].as_str().unwrap());
            assert!((1..=100).contains(&values.len()), "{document}");
        }
    }
}

/// All values of a metric in documents; of those about `trigger`, where there is one.
pub fn all_values(documents: &[Value], metric: &str, trigger: Option<&str>) -> Vec<u64> {
    let about = |document: &&Value| match trigger {
        Some(trigger) => {
            let dimensions = json!(["Service", "Trigger"]);
            document["Trigger"] == trigger
                && directives(document).iter().any(|directive| {
                    directive["Dimensions"].as_array().unwrap().contains(&dimensions)
                        && directive.to_string().contains(&format!("\"{metric}\""))
                })
        }
        None => true,
    };
    documents
        .iter()
        .filter(about)
        .filter(|document| document.get(metric).is_some())
        .flat_map(|document| values(document, metric))
        .collect()
}

fn directives(document: &Value) -> &Vec<Value> {
    document["_aws"]["CloudWatchMetrics"].as_array().unwrap()
}

fn strings(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap())
}

#[track_caller]
fn values(document: &Value, metric: &str) -> Vec<u64> {
    let number = |value: &Value| value.as_u64().unwrap_or_else(|| panic!("{metric}: {document}"));
    match &document[metric] {
        Value::Array(values) => values.iter().map(number).collect(),
        value => vec![number(value)],
    }
}
