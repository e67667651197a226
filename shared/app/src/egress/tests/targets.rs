//! URLs that are refused before anything is sent, and names that are refused once they are resolved.

use tower_service::Service as _;

use super::network::{Network, get};
use super::server::{Server, ok};
use crate::egress::resolver::{Names, ResolveError, Resolver};
use crate::egress::target::Target;
use crate::egress::{ErrorKind, Policy};

fn kind(url: &str) -> Option<ErrorKind> {
    Target::parse(url, false).err().map(|error| error.kind())
}

#[test]
fn loopback_is_refused_in_every_disguise() {
    let disguises = [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0X7F.0.0.0x1",
        "0177.0.0.1",
        "017700000001",
        "00000177.1",
        "127.0.0.1.",
        "2130706433.",
        "0",
        "0.0.0.0",
        "0x",
        "%31%32%37.0.0.1",
        "127%2e0%2e0%2e1",
        "127。0。0。1",
        "127。0。0。1",
        "①②⑦.⓪.⓪.①",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "a.localhost",
        "a.b.LocalHost.",
        "ⓛocalhost",
        "loc\u{ad}alhost",
    ];
    for host in disguises {
        for port in ["", ":9001", ":80"] {
            for scheme in ["http", "https", "HTTP"] {
                let url = format!("{scheme}://{host}{port}/2018-06-01/runtime/invocation/next");
                assert_eq!(kind(&url), Some(ErrorKind::Refused), "{url}");
            }
        }
    }
}

#[test]
fn metadata_services_are_refused_in_every_disguise() {
    let disguises = [
        "169.254.169.254",
        "2852039166",
        "0xa9fea9fe",
        "0251.0376.0251.0376",
        "169.254.43518",
        "169.16689662",
        "[::ffff:169.254.169.254]",
        "[::ffff:a9fe:a9fe]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:a9fe:a9fe::]",
        "[fd00:ec2::254]",
        "169.254.170.2",
        "[fe80::1]",
    ];
    for host in disguises {
        let url = format!("http://{host}/latest/meta-data/");
        assert_eq!(kind(&url), Some(ErrorKind::Refused), "{url}");
    }
}

#[test]
fn odd_slashes_and_spaces_do_not_hide_a_host() {
    let disguises = [
        "http:127.0.0.1/",
        "http:/127.0.0.1/",
        "http:///127.0.0.1/",
        "http:\\\\127.0.0.1\\",
        " http://127.0.0.1/",
        "ht\ntp://127.0.\t0.1/",
        "http://127.0.0.1#@public.test/",
        "http://127.0.0.1?@public.test/",
        "http://127.0.0.1\\@public.test/",
        "//127.0.0.1/",
    ];
    for url in disguises {
        assert!(kind(url).is_some(), "{url:?}");
    }
}

#[test]
fn zone_ids_and_broken_hosts_are_invalid() {
    let broken = [
        "http://[fe80::1%25eth0]/",
        "http://[fe80::1%eth0]/",
        "http://[::1%25lo]/",
        "http://256.0.0.1/",
        "http://1.2.3.4.5/",
        "http://0x7g.1/",
        "http://a b/",
        "http:///",
        "http://",
        "",
        "/path",
        "public.test/path",
        "http://public.test:99999/",
        "http://[::1/",
        "http://a%00b/",
    ];
    for url in broken {
        assert_eq!(kind(url), Some(ErrorKind::InvalidRequest), "{url:?}");
    }
}

#[test]
fn only_http_and_https_are_allowed() {
    let others = [
        "file:///etc/passwd",
        "ftp://public.test/",
        "gopher://public.test:70/",
        "data:text/plain,x",
        "javascript:1",
        "ws://public.test/",
        "unix:/run/docker.sock",
        "http+unix://x/",
        "jar:http://x!/",
    ];
    for url in others {
        assert_eq!(kind(url), Some(ErrorKind::Refused), "{url}");
        assert!(Target::parse(url, true).is_err(), "{url}");
    }
}

#[test]
fn credentials_in_a_url_are_refused_and_not_repeated() {
    for url in [
        "http://hunter2@public.test/",
        "https://ada:hunter2@public.test/",
        "http://:hunter2@public.test",
    ] {
        for allow_private in [false, true] {
            let error = Target::parse(url, allow_private).err().unwrap();
            assert_eq!(error.kind(), ErrorKind::Refused, "{url}");
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }
}

#[test]
fn every_printable_character_can_be_sent_in_path_and_query() {
    for character in (' '..='~').chain(['ü', '東', '\u{1f980}']) {
        let url = format!("https://public.test/a{character}b?c{character}d");
        assert_eq!(kind(&url), None, "{character:?}");
    }
}

#[test]
fn a_refusal_says_what_was_refused_and_why() {
    let error = Target::parse("http://0x7f.1:9001/secret", false).err().unwrap();
    assert_eq!(error.to_string(), "`127.0.0.1` is not allowed: it is in 127.0.0.0/8 (loopback)");
}

#[tokio::test]
async fn a_literal_is_refused_before_a_connection_is_opened() {
    let server = Server::answering(&ok("secret")).await;
    let egress = Network::default().egress();
    let port = server.address.port();
    for host in ["127.0.0.1", "2130706433", "[::ffff:127.0.0.1]", "localhost"] {
        let error = egress.send(get(&format!("http://{host}:{port}/"))).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused, "{host}");
        assert!(!error.outcome_unknown(), "{host}");
    }
    assert_eq!(server.accepted_count(), 0);
}

#[tokio::test]
async fn one_private_address_among_public_ones_refuses_the_name() {
    let server = Server::answering(&ok("secret")).await;
    let mixed: [&[&str]; 6] = [
        &["127.0.0.1"],
        &["8.8.8.8", "10.0.0.7"],
        &["10.0.0.7", "8.8.8.8"],
        &["2606:4700::1111", "::1", "8.8.8.8"],
        &["8.8.8.8", "::ffff:169.254.169.254"],
        &["64:ff9b::a00:7"],
    ];
    for addresses in mixed {
        let network = Network::of(&server).name("mixed.test", addresses);
        for scheme in ["http", "https"] {
            let network = Network::of(&server).name("mixed.test", addresses);
            let error =
                network.egress().send(get(&format!("{scheme}://mixed.test/"))).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Refused, "{addresses:?}");
            assert!(!error.outcome_unknown(), "{addresses:?}");
        }
        let error = network.egress().send(get("http://mixed.test/")).await.unwrap_err();
        // The address itself would tell the flow's author about the network inside.
        assert!(!error.to_string().contains("0.0.7"), "{error}");
        assert!(error.to_string().starts_with("`mixed.test` is not allowed"), "{error}");
    }
    assert_eq!(server.accepted_count(), 0);
}

#[tokio::test]
async fn a_name_without_addresses_and_an_unknown_name_are_dns_errors() {
    let network = Network::default().name("empty.test", &[]);
    let egress = network.egress();
    for url in ["http://empty.test/", "https://unknown.test/"] {
        let error = egress.send(get(url)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Dns, "{url}");
        assert!(!error.outcome_unknown(), "{url}");
    }
}

#[tokio::test]
async fn the_machines_own_resolver_is_checked_too() {
    let name = || "localhost".parse().unwrap();
    let denied = Resolver::new(false, Names::System).call(name()).await.err().unwrap();
    assert!(matches!(denied, ResolveError::Denied(_)), "{denied}");
    let mut allowed = Resolver::new(true, Names::System).call(name()).await.unwrap();
    assert!(allowed.all(|endpoint| endpoint.ip().is_loopback()));
}

#[tokio::test]
async fn a_local_stack_reaches_its_own_machine() {
    let server = Server::answering(&ok("hello")).await;
    let policy = Policy { allow_private_targets: true, ..Policy::default() };
    let egress = crate::egress::Egress::new(policy);
    for host in ["127.0.0.1", "localhost"] {
        let url = format!("http://{host}:{}/", server.address.port());
        assert_eq!(egress.send(get(&url)).await.unwrap().body, "hello", "{host}");
    }
}
