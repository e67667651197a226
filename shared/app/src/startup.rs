//! The first moment of a deployed function: its configuration, or word to Lambda of why there is none.

use lambda_runtime_api_client::{BoxError, PooledClient, body::Body, build_request};

use crate::{
    config::{Config, Incomplete},
    telemetry,
};

/// The configuration. Where the environment is not complete the process ends here, and the reason
/// stands in the log and in Lambda's answer to whoever invoked the function.
pub async fn configuration() -> Config {
    match Config::from_environment() {
        Ok(config) => {
            telemetry::init(&config.log);
            config
        }
        Err(incomplete) => {
            telemetry::init("info");
            tracing::error!(error = %incomplete, "The function cannot start");
            if let Err(error) = report(&incomplete).await {
                tracing::error!(error, "Lambda could not be told why");
            }
            std::process::exit(1);
        }
    }
}

/// Tells the Runtime API, as the Lambda developer guide wants it ("Initialization error").
async fn report(incomplete: &Incomplete) -> Result<(), BoxError> {
    let kind = "Runtime.InvalidEnvironment";
    let body = serde_json::json!({
        "errorMessage": incomplete.to_string(),
        "errorType": kind,
        "stackTrace": [],
    });
    let request = build_request()
        .method("POST")
        .uri("/2018-06-01/runtime/init/error")
        .header("lambda-runtime-function-error-type", kind)
        .body(Body::from(body.to_string()))?;
    PooledClient::builder().build().call(request).await?;
    Ok(())
}
