//! The schedules on a socket, for SDKs and tools, in the service's REST protocol.

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use shared::model::Timestamp;
use tokio::net::TcpListener;

use super::definition::default_group;
use super::engine::Engine;
use super::entry::{Entry, Name};
use super::error::Error;

/// Serves the schedules on `listener` until `shutdown` is done and the requests in hand are answered.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    engine: Engine,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let schedule = post(create).put(update).get(get).delete(delete);
    let router = Router::new().route("/schedules/{name}", schedule).with_state(engine);
    axum::serve(listener, router).with_graceful_shutdown(shutdown).await
}

async fn create(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Error> {
    let name = engine.create(&name, parse(&body)?)?;
    Ok(Json(json!({"ScheduleArn": arn(&name)})))
}

async fn update(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Error> {
    let name = engine.update(&name, parse(&body)?)?;
    Ok(Json(json!({"ScheduleArn": arn(&name)})))
}

#[derive(Deserialize)]
struct Group {
    #[serde(rename = "groupName", default = "default_group")]
    name: String,
}

async fn get(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    Query(group): Query<Group>,
) -> Result<Json<Value>, Error> {
    let name = (group.name, name);
    let entry = engine.get(&name)?;
    Ok(Json(shown(&name, &entry)))
}

async fn delete(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    Query(group): Query<Group>,
) -> Result<Json<Value>, Error> {
    engine.delete(&(group.name, name))?;
    Ok(Json(json!({})))
}

fn shown(name: &Name, entry: &Entry) -> Value {
    let seconds = |time: Timestamp| json!(time.as_secs());
    let mut shown = Map::from_iter([
        ("Arn".to_owned(), json!(arn(name))),
        ("Name".to_owned(), json!(name.1)),
        ("CreationDate".to_owned(), seconds(entry.created_at)),
        ("LastModificationDate".to_owned(), seconds(entry.modified_at)),
    ]);
    if let Ok(Value::Object(definition)) = serde_json::to_value(&entry.definition) {
        shown.extend(definition);
    }
    Value::Object(shown)
}

fn arn((group, name): &Name) -> String {
    format!("arn:aws:scheduler:eu-central-1:000000000000:schedule/{group}/{name}")
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(body).map_err(|error| Error::Validation(error.to_string()))
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (code, status) = self.code();
        if let Self::Storage(error) = &self {
            tracing::error!(%error, "The schedules could not be stored");
        }
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = Json(json!({"Message": self.to_string()}));
        (status, [("x-amzn-errortype", code)], body).into_response()
    }
}
