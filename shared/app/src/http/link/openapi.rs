//! The link's part of the OpenAPI document.

use serde_json::{Map, Value, json};

use super::{
    page,
    reply::{HEADERS, HTML},
    request::RESOURCE,
};
use crate::http::openapi::{Part, reference, responses, set};

const QUESTION_REFUSALS: [u16; 3] = [404, 500, 503];
const ANSWER_REFUSALS: [u16; 7] = [404, 409, 413, 415, 422, 500, 503];

/// The part.
pub(in crate::http) fn part() -> Part {
    Part {
        tag: json!({
            "name": "Input",
            "description": "Answer a run by the link that it has while it waits for a person. Whoever has the link may; there is no key.",
        }),
        paths: json!({RESOURCE: {"get": question(), "post": answer()}}),
        components: json!({
            "schemas": {
                "InputAnswer": {
                    "type": "object",
                    "properties": {
                        "data": {"description": "The answer."},
                        "type": {
                            "type": ["string", "null"],
                            "description": "The type of the event, where the run waits for several.",
                        },
                    },
                    "required": ["data"],
                    "examples": [{"data": "approve"}],
                },
                "InputForm": {
                    "type": "object",
                    "properties": {
                        "data": {
                            "type": "string",
                            "description": "The answer: text, or JSON where the flow asks for that.",
                        },
                        "type": {"type": "string"},
                    },
                    "required": ["data"],
                },
                "InputTaken": {
                    "type": "object",
                    "properties": {"status": {"type": "string", "const": "accepted"}},
                    "required": ["status"],
                },
                "InputError": {
                    "type": "object",
                    "properties": {"error": {"type": "string"}, "message": {"type": "string"}},
                    "required": ["error", "message"],
                },
            },
            "responses": refusals(),
        }),
    }
}

fn question() -> Value {
    let success = json!({
        "200": {
            "description": "A page with the question and a form, or that it was answered. Looking at it changes nothing.",
            "headers": headers(),
            "content": {HTML: {"schema": {"type": "string"}}},
        },
    });
    operation(
        "inputQuestion",
        "See what a run asks",
        &responses(success, "Input", &QUESTION_REFUSALS),
    )
}

fn answer() -> Value {
    let success = json!({
        "200": {
            "description": "The answer counts, now or before.",
            "headers": headers(),
            "content": {
                HTML: {"schema": {"type": "string"}},
                "application/json": {"schema": reference("schemas/InputTaken")},
            },
        },
    });
    let mut operation = operation(
        "inputAnswer",
        "Answer what a run asks",
        &responses(success, "Input", &ANSWER_REFUSALS),
    );
    let content = |schema: &str| json!({"schema": reference(&format!("schemas/{schema}"))});
    let body = json!({
        "required": true,
        "content": {
            "application/json": content("InputAnswer"),
            "application/x-www-form-urlencoded": content("InputForm"),
        },
    });
    set(&mut operation, "requestBody", body);
    operation
}

fn operation(id: &str, summary: &str, responses: &Value) -> Value {
    json!({
        "operationId": id,
        "summary": summary,
        "tags": ["Input"],
        "security": [],
        "parameters": [
            {
                "name": "token", "in": "path", "required": true,
                "description": "What stands in the link.",
                "schema": {"type": "string", "minLength": 1},
            },
            reference("parameters/TraceParent"),
        ],
        "responses": responses,
    })
}

fn refusals() -> Value {
    let said_of = [
        (404, "The link does not work: it never did, or the question is closed."),
        (409, "Another answer was given before, or it is too late."),
        (413, "The answer is too large."),
        (415, "The body is no form and no JSON, or is compressed."),
        (422, "The answer does not fit the question."),
        (500, "A defect. Nothing was promised."),
        (503, "A service is out of reach. A retry is safe."),
    ];
    let refusal = |status: u16, description: &str| {
        let mut headers = headers();
        // The gateway has neither our headers nor our pages.
        let is_gateways = [413, 500].contains(&status);
        if is_gateways && let Value::Object(headers) = &mut headers {
            for header in headers.values_mut() {
                set(header, "required", json!(false));
            }
        }
        if status == 503 {
            set(&mut headers, "Retry-After", reference("headers/RetryAfter"));
        }
        let ours = reference("schemas/InputError");
        let json = if is_gateways {
            json!({"anyOf": [ours, reference("schemas/GatewayError")]})
        } else {
            ours
        };
        json!({
            "description": description,
            "headers": headers,
            "content": {
                HTML: {"schema": {"type": "string"}},
                "application/json": {"schema": json},
                "application/problem+json": {"schema": reference("schemas/Problem")},
            },
        })
    };
    let all =
        said_of.into_iter().map(|(status, said)| (format!("Input{status}"), refusal(status, said)));
    Value::Object(all.collect::<Map<_, _>>())
}

/// On every answer of the function.
fn headers() -> Value {
    let fixed =
        |value: &str| json!({"required": true, "schema": {"type": "string", "const": value}});
    let named = HEADERS.into_iter().map(|(name, value)| (name.as_str().to_owned(), fixed(value)));
    let policy = [("content-security-policy".to_owned(), fixed(&page::policy()))];
    Value::Object(named.chain(policy).collect())
}
