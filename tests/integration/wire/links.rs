//! The link by which a person answers a run.

use reqwest::Method;
use serde_json::json;
use shared::auth::{Scope, Scopes};
use support::{Answer, Api, Log, send};

use super::flows::APPROVAL;

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// Wants an object, or a text.
const FREE: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: free, version: '1.0.0' }
do:
  - first:
      listen: { to: { one: { with: { type: address } } } }
      metadata:
        question: Where to?
        schema: { type: object, required: [ city ] }
      output: { as: '.[0].city' }
  - second:
      listen: { to: { any: [ { with: { type: note } }, { with: { type: '<warning>' } } ] }, read: envelope }
      metadata: { question: Anything else? }
      input: { from: '{city: .}' }
      output: { as: '{city: $input.city, type: .[0].type, data: .[0].data}' }
"#;

/// The path of the link of a run that listens.
fn link(told: &Answer) -> String {
    let told = told.json();
    assert_eq!(told["requires_input"], true, "{told}");
    let url = told["response"]["input_url"].as_str().unwrap();
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    url[url.find("/ext/").unwrap()..].to_owned()
}

async fn page(api: &Api, path: &str) -> Answer {
    send(api.request(Method::GET, path).header("accept", BROWSER)).await
}

async fn form(api: &Api, path: &str, fields: &[(&str, &str)]) -> Answer {
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let fields = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
    let request = api
        .request(Method::POST, path)
        .header("accept", BROWSER)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(fields.collect::<Vec<_>>().join("&"));
    send(request).await
}

fn text(answer: &Answer) -> String {
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{answer}");
    String::from_utf8(answer.body.to_vec()).unwrap()
}

#[tokio::test]
async fn a_person_answers_by_the_link_and_looking_at_it_changes_nothing() {
    let api = Api::start().await;
    api.publish(APPROVAL).await;
    let asked = send(api.wait_for("approval", r#"{"message": "12"}"#)).await;
    let (run, path) = (asked.workflow_id(), link(&asked));
    assert_eq!(link(&api.status(&run).await), path);
    for _ in 0..3 {
        let page = page(&api, &path).await;
        assert_eq!(page.status, 200);
        assert!(text(&page).contains("<h1>Refund &lt;12&gt;?</h1>"), "{page}");
        assert!(text(&page).contains("<button name=\"data\" value=\"reject\">reject</button>"));
        assert_eq!(
            (page.header("cache-control"), page.header("referrer-policy")),
            ("no-store", "no-referrer")
        );
    }
    assert_eq!(send(api.request(Method::HEAD, &path)).await.status, 405);
    assert_eq!(api.status(&run).await.json()["requires_input"], true);
    assert_eq!(
        text(&form(&api, &path, &[("data", "perhaps")]).await).matches("role=\"alert\"").count(),
        1
    );
    let thanks = form(&api, &path, &[("data", "reject")]).await;
    assert!(thanks.status == 200 && text(&thanks).contains("Thank you"), "{thanks}");
    assert_eq!(api.ended(&run).await.response(), json!({"decision": "reject"}));
    assert!(text(&page(&api, &path).await).contains("This was answered"));
    assert_eq!(form(&api, &path, &[("data", "reject")]).await.status, 200);
    assert_eq!(form(&api, &path, &[("data", "approve")]).await.status, 409);
}

#[tokio::test]
async fn what_is_typed_is_text_or_what_the_flow_asks_for() {
    let api = Api::start().await;
    api.publish(FREE).await;
    let asked = send(api.wait_for("free", "{}")).await;
    let (run, first) = (asked.workflow_id(), link(&asked));
    for (said, status) in
        [("Bern", 422), ("{\"city\": 1", 422), ("{\"zip\": 1}", 422), ("{\"city\": \"Bern\"}", 200)]
    {
        assert_eq!(form(&api, &first, &[("data", said)]).await.status, status, "{said}");
    }
    let second = loop {
        let told = api.status(&run).await;
        if told.json()["response"]["question"] == "Anything else?" {
            break link(&told);
        }
    };
    assert_ne!(first, second);
    // The first link still leads to the first question.
    assert!(text(&page(&api, &first).await).contains("This was answered"));
    assert!(text(&page(&api, &second).await).contains("<option>&lt;warning&gt;</option>"));
    let note = [("type", "<warning>"), ("data", "1\r\n2")];
    assert_eq!(form(&api, &second, &note).await.status, 200);
    let output = json!({"city": "Bern", "type": "<warning>", "data": "1\n2"});
    assert_eq!(api.ended(&run).await.response(), output);
}

#[tokio::test]
async fn a_program_answers_by_the_link_in_json() {
    let api = Api::start().await;
    api.publish(APPROVAL).await;
    let asked = send(api.wait_for("approval", "{}")).await;
    let path = link(&asked);
    let post = |body: serde_json::Value| send(api.request(Method::POST, &path).json(&body));
    assert_eq!(post(json!({})).await.json()["error"], "Unprocessable Entity");
    assert_eq!(post(json!({"data": "approve"})).await.json(), json!({"status": "accepted"}));
    let otherwise = post(json!({"data": "reject"})).await;
    assert_eq!(
        (otherwise.status, &otherwise.json()["message"]),
        (409, &json!("Another answer was given before"))
    );
    let problem =
        api.request(Method::GET, "/ext/input/nothing").header("accept", "application/problem+json");
    assert_eq!(send(problem).await.header("content-type"), "application/problem+json");
}

#[tokio::test]
async fn a_link_that_is_not_the_runs_leads_nowhere() {
    let api = Api::start().await;
    api.publish(APPROVAL).await;
    let asked = send(api.wait_for("approval", "{}")).await;
    let other = link(&send(api.wait_for("approval", "{}")).await);
    let (run, path) = (asked.workflow_id(), link(&asked));
    // The secrets of two links, swapped: 16 + 8 bytes say where, in 32 letters.
    let place = "/ext/input/ask_".len() + 32;
    let forged = format!("{}{}", &path[..place], &other[place..]);
    for path in [forged.as_str(), "/ext/input/ask_", "/ext/input/nothing", &path[..path.len() - 1]]
    {
        let looked = page(&api, path).await;
        assert!(looked.status == 404 && text(&looked).contains("does not work"), "{path}");
        assert_eq!(form(&api, path, &[("data", "approve")]).await.status, 404, "{path}");
    }
    send(
        api.request(Method::POST, &format!("/api/v1/apps/workflow-execution/runs/{run}/cancel"))
            .bearer_auth(&api.key),
    )
    .await;
    api.ended(&run).await;
    assert_eq!(page(&api, &path).await.status, 404);
    assert_eq!(form(&api, &path, &[("data", "approve")]).await.status, 404);
}

#[tokio::test]
async fn the_link_is_shown_to_who_may_answer_only() {
    let api = Api::start().await;
    api.publish(APPROVAL).await;
    let run = send(api.wait_for("approval", "{}")).await.workflow_id();
    let reader = api.make_key(|key| key.scopes = Scopes::from_iter([Scope::ReadResults])).await;
    let path = format!("/api/v1/ai/trigger/status/demo/{run}");
    let told = send(api.request(Method::GET, &path).bearer_auth(&reader)).await.json();
    assert_eq!(
        (&told["requires_input"], &told["response"]["question"]),
        (&json!(true), &json!("Refund <>?"))
    );
    assert!(told["response"].get("input_url").is_none(), "{told}");
}

#[tokio::test]
async fn no_line_holds_a_link_or_what_was_asked_and_said() {
    let log = Log::start("info");
    let api = Api::start().await;
    api.publish(FREE).await;
    let asked = send(api.wait_for("free", "{}")).await;
    let (run, first) = (asked.workflow_id(), link(&asked));
    page(&api, &first).await;
    form(&api, &first, &[("data", "marker-invalid")]).await;
    form(&api, &first, &[("data", "{\"city\": \"marker-city\"}")]).await;
    while api.status(&run).await.json()["response"]["question"] != "Anything else?" {}
    let lines = serde_json::to_string(&log.lines()).unwrap();
    let secret = first.rsplit("ask_").next().unwrap();
    assert!(lines.contains("/ext/input/{token}"), "the requests left no lines");
    for hidden in [secret, &secret[32..], "marker-", "Where to?"] {
        assert!(!lines.contains(hidden), "{hidden}");
    }
}
