//! What Parameter Store answers, over a socket and in this process.

use std::net::SocketAddr;
use std::sync::Arc;

use aws_credential_types::Credentials;
use aws_sdk_ssm::{
    Client,
    config::{BehaviorVersion, Config, Region},
    error::{ProvideErrorMetadata, SdkError},
    types::ParameterType,
};
use http::Request;
use tokio::net::TcpListener;

use crate::Recorder;
use crate::ssm::{Parameters, config, recorded_config, serve};
use crate::test_client::send;

fn parameters() -> Parameters {
    Parameters::in_memory(Arc::new(|| 1_770_679_479_000)).unwrap()
}

async fn listen(parameters: &Parameters) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(parameters.clone(), listener, std::future::pending()));
    address
}

/// An SDK as it is out of the box.
fn ordinary(address: SocketAddr) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("eu-central-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "tests"))
        .endpoint_url(format!("http://{address}"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Client::from_conf(config)
}

async fn both() -> [Client; 2] {
    let parameters = parameters();
    [
        Client::from_conf(config(&parameters)),
        ordinary(listen(&Parameters::clone(&parameters)).await),
    ]
}

fn code<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Option<&str> {
    error.as_service_error()?.code()
}

#[tokio::test]
async fn a_parameter_is_read_as_it_was_put_until_it_is_deleted() {
    for (number, client) in both().await.into_iter().enumerate() {
        let name = format!("/trigger-api/test/{number}");
        let put = client.put_parameter().name(&name).value("secret");
        let put = put.r#type(ParameterType::SecureString).send().await.unwrap();
        assert_eq!((put.version, put.tier.unwrap().as_str()), (1, "Standard"));
        let get = client.get_parameters().names(&name).names("/none").with_decryption(true);
        let get = get.send().await.unwrap();
        assert_eq!(get.invalid_parameters(), ["/none"]);
        let [found] = get.parameters() else { panic!("{get:?}") };
        assert_eq!(found.name(), Some(&*name));
        assert_eq!(found.value(), Some("secret"));
        assert_eq!(found.r#type(), Some(&ParameterType::SecureString));
        assert_eq!(found.last_modified_date().unwrap().secs(), 1_770_679_479);
        let arn = format!("arn:aws:ssm:eu-central-1:000000000000:parameter{name}");
        assert_eq!(found.arn(), Some(&*arn));
        let delete = client.delete_parameters().names(&name).names("/none").send().await.unwrap();
        assert_eq!(delete.deleted_parameters(), [&*name]);
        assert_eq!(delete.invalid_parameters(), ["/none"]);
        let get = client.get_parameters().names(&name).send().await.unwrap();
        assert_eq!(get.invalid_parameters(), [name]);
    }
}

#[tokio::test]
async fn a_secret_is_shown_to_nobody_who_does_not_ask_for_it_to_be_decrypted() {
    let client = Client::from_conf(config(&parameters()));
    for (name, kind) in [("/a", ParameterType::SecureString), ("/b", ParameterType::String)] {
        client.put_parameter().name(name).value("text").r#type(kind).send().await.unwrap();
    }
    let get = client.get_parameters().names("/a").names("/b").send().await.unwrap();
    let values: Vec<_> =
        get.parameters().iter().map(|found| found.value() == Some("text")).collect();
    assert_eq!(values, [false, true]);
}

#[tokio::test]
async fn a_parameter_is_overwritten_where_that_is_asked_for() {
    let client = Client::from_conf(config(&parameters()));
    let put = |value: &str| client.put_parameter().name("/a").value(value);
    let first = put("first").r#type(ParameterType::SecureString);
    first.clone().send().await.unwrap();
    let again = first.send().await.unwrap_err();
    assert!(again.as_service_error().unwrap().is_parameter_already_exists());
    assert_eq!(put("second").overwrite(true).send().await.unwrap().version, 2);
    let get = client.get_parameters().names("/a").with_decryption(true).send().await.unwrap();
    assert_eq!(get.parameters()[0].value(), Some("second"));
    assert_eq!(get.parameters()[0].r#type(), Some(&ParameterType::SecureString));
}

#[tokio::test]
async fn what_aws_refuses_is_refused() {
    for client in both().await {
        let put = |name: &str, value: &str| {
            client.put_parameter().name(name).value(value).r#type(ParameterType::SecureString)
        };
        for (name, value) in
            [("/a b", "x"), ("/aws/a", "x"), ("a/b", "x"), ("/a", ""), ("/a", &"x".repeat(4097))]
        {
            let refused = put(name, value).send().await.unwrap_err();
            assert_eq!(code(&refused), Some("ValidationException"), "{name}");
        }
        let deep = put(&"/a".repeat(16), "x").send().await.unwrap_err();
        assert!(deep.as_service_error().unwrap().is_hierarchy_level_limit_exceeded_exception());
        let untyped = client.put_parameter().name("/a").value("x").send().await.unwrap_err();
        assert_eq!(code(&untyped), Some("ValidationException"));
        let many = (0..11).map(|number| format!("/{number}")).collect::<Vec<_>>();
        for names in [Vec::new(), many] {
            let get = client.get_parameters().set_names(Some(names.clone())).send().await;
            assert_eq!(code(&get.unwrap_err()), Some("ValidationException"));
            let delete = client.delete_parameters().set_names(Some(names)).send().await;
            assert_eq!(code(&delete.unwrap_err()), Some("ValidationException"));
        }
    }
}

#[tokio::test]
async fn what_is_not_played_is_refused_and_repeats_no_value() {
    for client in both().await {
        let put = client.put_parameter().name("/a").value("quicksilver").allowed_pattern(".*");
        let put = put.r#type(ParameterType::SecureString).send().await.unwrap_err();
        assert_eq!(code(&put), Some("ValidationException"));
        assert!(!format!("{:?}", put.as_service_error()).contains("quicksilver"));
        let get = client.get_parameter().name("/a").send().await.unwrap_err();
        assert_eq!(code(&get), Some("UnknownOperationException"));
    }
    let address = listen(&parameters()).await;
    let faulty = Request::post(format!("http://{address}/"))
        .header("x-amz-target", "AmazonSSM.PutParameter");
    let answer =
        send(address, faulty, r#"{"Name": "/a", "Value": "v", "Type": "quicksilver"}"#).await;
    let body = String::from_utf8_lossy(answer.body());
    assert_eq!(answer.status(), 400);
    assert!(body.contains("ValidationException") && !body.contains("quicksilver"), "{body}");
}

#[tokio::test]
async fn a_recorder_sees_every_request() {
    let recorder = Recorder::default();
    let client = Client::from_conf(recorded_config(&parameters(), recorder.clone()));
    client.get_parameters().names("/a").send().await.unwrap();
    let seen: Vec<_> =
        recorder.take().into_iter().map(|request| (request.service, request.operation)).collect();
    assert_eq!(seen, [("ssm", "GetParameters".to_owned())]);
}
