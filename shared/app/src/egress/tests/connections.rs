//! Connections: kept and shared, pinned to what was checked, encrypted, and never through a proxy.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ClientConfig, RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use super::network::{Network, chain, get, post};
use super::server::{Answer, Server, ok, redirect};
use crate::egress::resolver::Names;
use crate::egress::{Egress, ErrorKind, Policy};

#[tokio::test]
async fn calls_to_one_host_share_a_connection_and_a_lookup() {
    let server = Server::answering(&ok("hello")).await;
    let network = Arc::new(Network::of(&server));
    let egress = Egress::with_names(Policy::default(), Names::Table(network.clone()));
    for path in ["a", "b", "c"] {
        egress.send(get(&format!("http://public.test/{path}"))).await.unwrap();
    }
    egress.clone().send(post("http://PUBLIC.test:80/d", "x")).await.unwrap();
    assert_eq!(server.requests().len(), 4);
    assert_eq!(server.accepted_count(), 1);
    assert_eq!(network.lookup_count(), 1);
}

#[tokio::test]
async fn another_name_for_the_same_address_gets_its_own_connection() {
    let server = Server::answering(&ok("hello")).await;
    let egress = Network::of(&server).name("alias.test", &["8.8.8.8"]).egress();
    egress.send(get("http://public.test/")).await.unwrap();
    egress.send(get("http://alias.test/")).await.unwrap();
    assert_eq!(server.accepted_count(), 2);
    assert!(server.requests()[1].contains("host: alias.test\r\n"));
}

#[tokio::test]
async fn an_answer_that_closes_costs_a_new_connection_and_no_failure() {
    let text = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok";
    let server = Server::start(move |_| Answer::Close(text.into())).await;
    let egress = Network::of(&server).egress();
    for _ in 0..3 {
        assert_eq!(egress.send(get("http://public.test/")).await.unwrap().body, "ok");
    }
    assert_eq!(server.accepted_count(), 3);
}

#[tokio::test]
async fn an_address_that_does_not_answer_is_passed_over() {
    let server = Server::answering(&ok("hello")).await;
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let egress = Network::of(&server)
        .name("public.test", &["9.9.9.9", "8.8.8.8"])
        .listener("9.9.9.9", closed)
        .egress();
    assert_eq!(egress.send(get("http://public.test/")).await.unwrap().body, "hello");
}

/// A TLS server for one connection with a certificate for `name`, and a client configuration that trusts it.
fn tls_server(
    name: &str,
) -> (std::net::SocketAddr, ClientConfig, thread::JoinHandle<Option<String>>) {
    tls_server_answering(name, ok("encrypted"))
}

fn tls_server_answering(
    name: &str,
    answer: String,
) -> (std::net::SocketAddr, ClientConfig, thread::JoinHandle<Option<String>>) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed([name.to_owned()]).unwrap();
    let provider = Arc::new(aws_lc_rs::default_provider());
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let server = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(cert.der().clone()).unwrap();
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serving = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let connection = ServerConnection::new(Arc::new(server)).unwrap();
        let mut stream = StreamOwned::new(connection, stream);
        let mut bytes = vec![0; 4096];
        let length = stream.read(&mut bytes).ok()?;
        stream.write_all(answer.as_bytes()).unwrap();
        Some(String::from_utf8_lossy(&bytes[..length]).into_owned())
    });
    (address, client, serving)
}

fn leading_to(address: std::net::SocketAddr) -> Egress {
    Network::default().name("public.test", &["8.8.8.8"]).listener("8.8.8.8", address).egress()
}

#[tokio::test]
async fn https_goes_out_encrypted_to_the_pinned_address_under_the_hosts_name() {
    let (address, trust, serving) = tls_server("public.test");
    let egress = leading_to(address);
    egress.trust(trust);
    let response = egress.send(get("https://public.test/path")).await.unwrap();
    assert_eq!(response.body, "encrypted");
    let received = serving.join().unwrap().unwrap();
    assert!(received.starts_with("GET /path HTTP/1.1\r\n"), "{received}");
    assert!(received.contains("\r\nhost: public.test\r\n"), "{received}");
}

#[tokio::test]
async fn what_is_fetched_comes_encrypted_all_the_way() {
    let plain = Server::answering(&ok("plain")).await;
    let port = plain.address.port();
    let limit = Duration::from_secs(20);
    for (location, is_taken) in [
        (None, true),
        (Some("http://public.test/".to_owned()), false),
        (Some(format!("http://127.0.0.1:{port}/")), false),
        (Some("https://inside.test/".to_owned()), false),
    ] {
        let answer = location.as_ref().map_or(ok("encrypted"), |location| redirect(302, location));
        let (address, trust, serving) = tls_server_answering("public.test", answer);
        let egress = Network::default()
            .name("public.test", &["8.8.8.8"])
            .name("inside.test", &["10.0.0.1"])
            .listener("8.8.8.8", address)
            .egress();
        egress.trust(trust);
        match egress.fetch("https://public.test/", 100, limit).await {
            Ok(response) => assert!(is_taken && response.body == "encrypted"),
            Err(error) => assert!(!is_taken && error.kind() == ErrorKind::Refused, "{error}"),
        }
        serving.join().unwrap();
    }
    let egress = Network::of(&plain).egress();
    let error = egress.fetch("http://public.test/", 100, limit).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!(plain.accepted_count(), 0);
}

#[tokio::test]
async fn what_is_fetched_has_a_size_of_its_own() {
    let server = Server::answering(&ok("0123456789")).await;
    let policy = Policy { allow_private_targets: true, max_response_bytes: 5, ..Policy::default() };
    let (egress, url) = (Egress::new(policy), format!("http://{}/", server.address));
    let limit = Duration::from_secs(20);
    assert_eq!(egress.fetch(&url, 10, limit).await.unwrap().body, "0123456789");
    let error = egress.fetch(&url, 9, limit).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
}

#[tokio::test]
async fn a_certificate_for_another_name_ends_the_call_before_it_is_sent() {
    let (address, trust, serving) = tls_server("other.test");
    let egress = leading_to(address);
    egress.trust(trust);
    let error = egress.send(get("https://public.test/")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(!error.outcome_unknown());
    assert!(chain(&error).contains("certificate"), "{}", chain(&error));
    assert_eq!(serving.join().unwrap(), None);
}

#[tokio::test]
async fn an_unknown_authority_ends_the_call_before_it_is_sent() {
    let (address, _, serving) = tls_server("public.test");
    let error = leading_to(address).send(get("https://public.test/")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(!error.outcome_unknown());
    assert!(chain(&error).contains("UnknownIssuer"), "{}", chain(&error));
    assert_eq!(serving.join().unwrap(), None);
}

/// Runs another test of this file in a process whose environment names a proxy; through it that test could not pass.
#[test]
fn proxies_of_the_environment_are_ignored() {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", proxy.local_addr().unwrap());
    let module = module_path!().split_once("::").unwrap().1;
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .arg("--exact")
        .arg(format!("{module}::calls_to_one_host_share_a_connection_and_a_lookup"));
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
    {
        command.env(name, &url);
    }
    for name in ["no_proxy", "NO_PROXY"] {
        command.env_remove(name);
    }
    let output = command.output().unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && report.contains("1 passed"), "{report}");

    proxy.set_nonblocking(true).unwrap();
    assert_eq!(proxy.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}
