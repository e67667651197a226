//! That the document is the routes', and that it is served.

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::Path,
};

use reqwest::Method;
use serde_json::{Map, Value};
use shared::http::{openapi::document, routes::ROUTES};
use support::{Api, contract, send};

use super::operations::{operations, path_of};

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

#[test]
fn the_document_that_is_kept_and_served_is_what_the_code_says() {
    let kept = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi.json"));
    assert!(
        kept.unwrap() == format!("{:#}\n", document()),
        "cargo run -- openapi > target/openapi.json && mv target/openapi.json openapi.json"
    );
}

#[test]
fn its_paths_are_the_routes() {
    let described: BTreeSet<_> = operations().into_iter().map(|(path, ..)| path).collect();
    let routes: BTreeSet<_> = ROUTES.iter().map(|route| route.resource.to_owned()).collect();
    assert_eq!(described, routes);
}

#[tokio::test]
async fn its_methods_are_those_that_the_routes_take() {
    let api = Api::start().await;
    let operations = operations();
    for route in &ROUTES {
        let path = path_of(route.resource, &HashMap::new());
        for method in METHODS {
            let is_described = operations
                .iter()
                .any(|(path, described, _)| path == route.resource && described == method);
            let answer = send(api.request(method.parse().unwrap(), &path)).await;
            assert_eq!(answer.status != 405, is_described, "{method} {path}: {answer}");
        }
    }
}

#[test]
fn every_component_is_used() {
    let document = document();
    let text = document.to_string();
    for (kind, components) in document["components"].as_object().unwrap() {
        for name in components.as_object().unwrap().keys() {
            let uses = if kind == "securitySchemes" {
                format!("{{\"{name}\":[]}}")
            } else {
                format!("\"#/components/{kind}/{name}\"")
            };
            assert!(text.contains(&uses), "{kind}/{name} is not used");
        }
    }
}

#[test]
fn every_example_is_one() {
    let mut count = 0;
    visit(&document(), &mut |object| {
        for example in object.get("examples").and_then(Value::as_array).into_iter().flatten() {
            contract::fits(&Value::Object(object.clone()), example);
            count += 1;
        }
        if let (Some(example), Some(schema)) = (object.get("example"), object.get("schema")) {
            contract::fits(schema, example);
            count += 1;
        }
    });
    assert!(count > 20, "{count}");
}

fn visit(value: &Value, found: &mut impl FnMut(&Map<String, Value>)) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| visit(value, found)),
        Value::Object(members) => {
            found(members);
            members.values().for_each(|value| visit(value, found));
        }
        _ => {}
    }
}

#[tokio::test]
async fn it_is_served_to_everybody_and_kept_by_those_who_have_it() {
    let api = Api::start().await;
    let read = || api.request(Method::GET, "/openapi.json");
    let answer = send(read()).await;
    assert_eq!(answer.json(), document());
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    let tag = answer.header("etag");
    for known in [tag.to_owned(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
        let again = send(read().header("if-none-match", &known)).await;
        assert_eq!((again.status, again.header("etag")), (304, tag), "{known}");
        assert!(again.body.is_empty());
    }
    assert_eq!(send(read().header("if-none-match", "\"x\"")).await.status, 200);
}
