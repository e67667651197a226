//! `trigger create --kind webhook`, `trigger secret …`, `trigger url …`, and what becomes of the secrets.

use std::fs;

use local::Endpoints;
use serde_json::Value;
use shared::{
    auth::UrlToken,
    model::{SecretReference, Timestamp, Trigger},
    secrets,
};

use super::redact::redacted;
use crate::site::{Answer, Site, Stack};

const FIRST: &str = "whsec_first-quicksilver";
const SECOND: &str = "whsec_second-quicksilver";

/// A stack, and secrets in files beside it.
async fn site() -> (Site, Stack) {
    let site = Site::new();
    for (name, text) in [("first", FIRST), ("second", SECOND), ("third", "whsec_third-quicksilver")]
    {
        site.write(name, &format!("{text}\n"));
    }
    let stack = site.start(&[]).await;
    (site, stack)
}

async fn create(site: &Site, id: &str, arguments: &[&str]) -> Answer {
    let create = ["trigger", "create", "--name", id, "--id", id, "--flow", "hello"];
    site.run(&[&create, arguments].concat()).await
}

/// A Stripe webhook that is called `orders`; the URL.
async fn orders(site: &Site) -> String {
    let create = ["trigger", "create", "--name", "Orders", "--id", "orders", "--flow", "hello"];
    let stripe = ["--provider", "stripe", "--secret-file", "first"];
    let created = site.json(&[&create[..], &stripe].concat()).await;
    created["url"].as_str().unwrap().to_owned()
}

/// The token in a URL.
fn token(url: &str) -> UrlToken {
    let text = url.split('/').find(|part| part.starts_with("whk_")).unwrap();
    UrlToken::parse(text).unwrap()
}

async fn stored(site: &Site, id: &str) -> Trigger {
    let store = Endpoints::of_folder(&site.data()).unwrap().unwrap().parts().store;
    store.trigger(&id.parse().unwrap()).await.unwrap().unwrap()
}

/// What a function that has not met the secrets yet reads.
async fn read(
    site: &Site,
    trigger: &Trigger,
    references: &[SecretReference],
    now: Timestamp,
) -> Result<Vec<String>, secrets::Error> {
    let secrets = Endpoints::of_folder(&site.data()).unwrap().unwrap().parts().secrets;
    let found = secrets.of(trigger, references, now).await?;
    Ok(found.iter().map(|secret| secret.expose().to_owned()).collect())
}

async fn live(site: &Site, id: &str, now: Timestamp) -> Vec<String> {
    let trigger = stored(site, id).await;
    let webhook = trigger.webhook.as_ref().unwrap();
    read(site, &trigger, &webhook.secrets, now).await.unwrap()
}

/// The ids of `things` that a command shows.
fn ids(answer: &Value, things: &str, id: &str) -> Vec<String> {
    let things = answer[things].as_array().unwrap();
    things.iter().map(|thing| thing[id].as_str().unwrap().to_owned()).collect()
}

/// Ids of secrets and tokens, and tokens themselves, have names.
fn nameless(text: &str) -> String {
    let rules = [
        (r"whk_[0-9A-Za-z]{60}", "[token]"),
        (r"\b[0-9a-f]{16}\b", "[secret id]"),
        (r"(?m)^Token( +)[0-9A-Za-z]{11}", "Token${1}[token id]"),
        (r"127\.0\.0\.1:\d+", "[address]"),
    ];
    let mut text = redacted(text);
    for (pattern, name) in rules {
        text = regex_lite::Regex::new(pattern).unwrap().replace_all(&text, name).into_owned();
    }
    text
}

#[tokio::test]
async fn a_webhook_is_created_with_its_secret_and_shown_without() {
    let (site, stack) = site().await;
    let when = ["--when", ".type == \"stripe.invoice.paid\"", "--mapping", "{message: .data.id}"];
    let stripe = ["--kind", "webhook", "--provider", "stripe", "--secret-file", "first"];
    let created = create(&site, "orders", &[&stripe[..], &when, &["--env", "UAT"]].concat()).await;
    assert_eq!(created.code, 0, "{}", created.stderr);
    insta::assert_snapshot!("create", nameless(&created.stdout));
    assert_eq!(
        created.stderr,
        "note: the URL is shown this once, and whoever knows it can call the trigger\n"
    );
    let url = created.stdout.lines().find_map(|line| line.strip_prefix("URL")).unwrap().trim();
    assert!(url.starts_with(&format!("{}/ext/webhook/whk_", stack.demo.base_url)), "{url}");
    assert!(url.ends_with("/triggers/orders"), "{url}");

    let trigger = stored(&site, "orders").await;
    let webhook = trigger.webhook.as_ref().unwrap();
    assert!(token(url).opens(&webhook.tokens, trigger.created_at));
    assert_eq!(live(&site, "orders", trigger.created_at).await, [FIRST]);

    let shown = site.run(&["trigger", "show", "orders"]).await;
    let without_url: Vec<_> =
        created.stdout.lines().filter(|line| !line.starts_with("URL")).collect();
    assert_eq!(shown.stdout.lines().collect::<Vec<_>>(), without_url);
    let json = site.json(&["trigger", "show", "orders"]).await;
    assert_eq!(json["webhook"]["provider"], "stripe");
    assert_eq!(json["webhook"]["environment"], "UAT");
    assert_eq!(json["environments"], serde_json::json!(["UAT"]));
    assert!(json.get("url").is_none());
    let list = site.run(&["trigger", "list"]).await.stdout;
    let row = list.lines().find(|line| line.starts_with("orders")).unwrap();
    assert!(row.ends_with("stripe"), "{row}");
    for text in [&created.stdout, &shown.stdout, &json.to_string(), &list, &site.log()] {
        assert!(!text.contains("quicksilver"), "{text}");
    }
}

#[tokio::test]
async fn a_secret_is_on_the_disk_in_its_own_file_alone() {
    let (site, stack) = site().await;
    let url = orders(&site).await;
    site.run(&["trigger", "secret", "add", "orders", "--secret-file", "second"]).await;
    let token = url.split('/').find(|part| part.starts_with("whk_")).unwrap().to_owned();
    stack.kill().await;
    let mut holders = Vec::new();
    for entry in fs::read_dir(site.data()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        let holds = |text: &str| bytes.windows(text.len()).any(|found| found == text.as_bytes());
        assert!(!holds(&token), "{path:?} holds the URL's token");
        if holds("quicksilver") {
            holders.push(path.file_name().unwrap().to_str().unwrap().to_owned());
        }
    }
    assert!(
        !holders.is_empty() && holders.iter().all(|name| name.starts_with("secrets.db")),
        "{holders:?}"
    );
    assert!(!site.log().contains("quicksilver"));

    let stack = site.start(&[]).await;
    assert_eq!(live(&site, "orders", Timestamp::default()).await, [FIRST, SECOND]);
    stack.stop("TERM").await;
}

#[tokio::test]
async fn a_secret_comes_from_a_file_a_variable_or_standard_input() {
    let (site, _stack) = site().await;
    let create = |id: &str| {
        let program = env!("CARGO_BIN_EXE_trigger-api");
        format!(
            "{program} trigger create --name {id} --id {id} --flow hello --provider stripe --local --data data"
        )
    };
    for (id, line) in [
        ("file", format!("{} --secret-file first", create("file"))),
        ("input", format!("{} --secret-file - < first", create("input"))),
        (
            "variable",
            format!("SIGNED_WITH=\"$(cat first)\" {} --secret-env SIGNED_WITH", create("variable")),
        ),
    ] {
        let answer = site.bash(&line).await;
        assert_eq!(answer.code, 0, "{line}: {}", answer.stderr);
        assert_eq!(live(&site, id, Timestamp::default()).await, [FIRST]);
    }
}

#[tokio::test]
async fn what_is_not_verified_has_to_be_asked_for() {
    let (site, _stack) = site().await;
    site.write(
        "scheme.yaml",
        "provider: acme\nmethods:\n  - algorithm: token\n    signature: { header: X-Acme, form: bare }\n    secret: { text: utf8 }\n",
    );
    for (arguments, code) in [
        (&["--kind", "webhook"][..], 2),
        (&["--provider", "stripe"], 2),
        (&["--provider", "stripe", "--secret-file", "absent"], 2),
        (&["--provider", "discord", "--secret-file", "first"], 2),
        (&["--provider", "none", "--secret-file", "first"], 2),
        (&["--provider", "custom", "--secret-file", "first"], 2),
        (&["--provider", "none", "--cron", "@daily"], 2),
        (&["--provider", "none", "--env", "DEV,UAT"], 2),
        (&["--provider", "none", "--when", ".a | input"], 2),
    ] {
        let answer = create(&site, "open", arguments).await;
        assert_eq!(answer.code, code, "{arguments:?}: {}", answer.stderr);
        assert!(!answer.stderr.contains("quicksilver"), "{}", answer.stderr);
    }
    assert_eq!(site.run(&["trigger", "show", "open"]).await.code, 3);
    let open = create(&site, "open", &["--provider", "none"]).await;
    assert_eq!(open.code, 0, "{}", open.stderr);
    assert!(open.stderr.contains("warning: nothing is verified"), "{}", open.stderr);
    insta::assert_snapshot!("open", nameless(&open.stdout));
    let add = site.run(&["trigger", "secret", "add", "open", "--secret-file", "first"]).await;
    assert_eq!(add.code, 1, "{}", add.stderr);
    let own = ["--provider", "custom", "--scheme", "scheme.yaml", "--secret-file", "first"];
    let own = create(&site, "own", &own).await;
    assert_eq!(own.code, 0, "{}", own.stderr);
    let shown = site.json(&["trigger", "show", "own"]).await;
    assert_eq!(shown["webhook"]["provider"], "custom");
    assert!(shown["webhook"]["scheme"].as_str().unwrap().starts_with("provider: acme"));
    let other = site.run(&["trigger", "secret", "list", "hello"]).await;
    assert_eq!(other.stderr, "error: the trigger `hello` has no webhook\n");
}

#[tokio::test]
async fn an_id_that_is_taken_stays_as_it_is() {
    let (site, _stack) = site().await;
    orders(&site).await;
    let before = stored(&site, "orders").await;
    for arguments in
        [&["--provider", "none"][..], &["--provider", "stripe", "--secret-file", "second"], &[]]
    {
        let answer = create(&site, "orders", arguments).await;
        assert_eq!(answer.stderr, "error: the trigger id `orders` is taken\n");
        assert_eq!(answer.code, 1);
    }
    assert_eq!(stored(&site, "orders").await, before);
    assert_eq!(live(&site, "orders", before.created_at).await, [FIRST]);
}

#[tokio::test]
async fn a_secret_is_replaced_without_a_moment_without_one() {
    let (site, _stack) = site().await;
    orders(&site).await;
    let secret =
        async |arguments: &[&str]| site.run(&[&["trigger", "secret"], arguments].concat()).await;
    let added = secret(&["add", "orders", "--secret-file", "second"]).await;
    assert_eq!(added.code, 0, "{}", added.stderr);
    insta::assert_snapshot!("secrets", nameless(&added.stdout));
    let list = site.json(&["trigger", "secret", "list", "orders"]).await;
    let [first, second] = &ids(&list, "secrets", "secret_id")[..] else { panic!("{list}") };
    let third = secret(&["add", "orders", "--secret-file", "third"]).await;
    let told = format!(
        "error: two of its secrets work already, {first} and {second}: end one first, with `trigger secret expire`\n"
    );
    assert_eq!((third.code, third.stderr), (1, told));

    assert_eq!(secret(&["expire", "orders", first, "--in", "24h"]).await.code, 0);
    let now = stored(&site, "orders").await.created_at;
    assert_eq!(live(&site, "orders", now).await, [FIRST, SECOND]);
    let in_two_days = now.after(std::time::Duration::from_hours(48));
    assert_eq!(live(&site, "orders", in_two_days).await, [SECOND]);
    // The other one is the last that stays.
    let last = secret(&["expire", "orders", second]).await;
    assert_eq!(last.code, 1);
    assert!(last.stderr.contains("--force"), "{}", last.stderr);
    assert_eq!(secret(&["expire", "orders", "absent"]).await.code, 3);

    // At once, and then its place is free and its text is gone.
    assert_eq!(secret(&["expire", "orders", first]).await.code, 0);
    let before = stored(&site, "orders").await;
    let third = secret(&["add", "orders", "--secret-file", "third"]).await;
    assert_eq!(third.code, 0, "{}", third.stderr);
    let texts = live(&site, "orders", now).await;
    assert_eq!(texts, [SECOND, "whsec_third-quicksilver"]);
    let forgotten = &before.webhook.as_ref().unwrap().secrets[..1];
    let forgotten = SecretReference { expires_at: None, ..forgotten[0].clone() };
    let gone = read(&site, &before, &[forgotten], now).await;
    assert!(matches!(gone, Err(secrets::Error::Missing(_))));
    assert!(!third.stdout.contains(first.as_str()), "{}", third.stdout);
    assert_eq!(secret(&["expire", "orders", second, "--force"]).await.code, 0);
}

#[tokio::test]
async fn of_two_who_add_the_second_secret_at_once_one_is_refused() {
    let (site, _stack) = site().await;
    orders(&site).await;
    let add = async |file: &str| {
        site.run(&["trigger", "secret", "add", "orders", "--secret-file", file]).await
    };
    let (second, third) = futures::join!(add("second"), add("third"));
    let mut codes = [second.code, third.code];
    codes.sort_unstable();
    assert_eq!(codes, [0, 1], "{second:?} {third:?}");
    let texts = live(&site, "orders", Timestamp::default()).await;
    let added = if second.code == 0 { SECOND } else { "whsec_third-quicksilver" };
    assert_eq!(texts, [FIRST, added]);
}

#[tokio::test]
async fn an_address_is_replaced_and_the_old_one_works_on_for_a_while() {
    let (site, stack) = site().await;
    let old = token(&orders(&site).await);
    let rotated = site.run(&["trigger", "url", "rotate", "orders", "--keep", "2h"]).await;
    assert_eq!(rotated.code, 0, "{}", rotated.stderr);
    let url = rotated.stdout.trim();
    assert!(url.starts_with(&stack.demo.base_url), "{url}");
    let new = token(url);
    let trigger = stored(&site, "orders").await;
    let webhook = trigger.webhook.as_ref().unwrap();
    let later = |hours| trigger.created_at.after(std::time::Duration::from_hours(hours));
    assert!(old.opens(&webhook.tokens, later(1)) && !old.opens(&webhook.tokens, later(3)));
    assert!(new.opens(&webhook.tokens, later(100_000)));

    let third = site.run(&["trigger", "url", "rotate", "orders"]).await;
    assert_eq!(third.code, 1);
    let shown = site.json(&["trigger", "show", "orders"]).await;
    let [first, second] = &ids(&shown["webhook"], "tokens", "token_id")[..] else {
        panic!("{shown}")
    };
    let last = site.run(&["trigger", "url", "expire", "orders", second]).await;
    assert!(last.code == 1 && last.stderr.contains("trigger url rotate"), "{}", last.stderr);
    let ended = site.json(&["trigger", "url", "expire", "orders", first]).await;
    assert_eq!(ended["tokens"][0]["is_live"], false);
    assert_eq!(ended["tokens"][1]["is_live"], true);
    let again = site
        .json(&["trigger", "url", "rotate", "orders", "--base-url", "https://api.example.com/"])
        .await;
    assert!(again["url"].as_str().unwrap().starts_with("https://api.example.com/ext/webhook/whk_"));
    let trigger = stored(&site, "orders").await;
    assert_eq!(trigger.webhook.unwrap().tokens.len(), 2);
}

#[tokio::test]
async fn a_trigger_goes_with_its_secrets() {
    let (site, _stack) = site().await;
    orders(&site).await;
    site.run(&["trigger", "secret", "add", "orders", "--secret-file", "second"]).await;
    let trigger = stored(&site, "orders").await;
    assert_eq!(site.run(&["trigger", "delete", "orders"]).await.code, 0);
    let webhook = trigger.webhook.as_ref().unwrap();
    assert_eq!(webhook.secrets.len(), 2);
    for reference in &webhook.secrets {
        let gone = read(&site, &trigger, std::slice::from_ref(reference), trigger.created_at).await;
        assert!(matches!(gone, Err(secrets::Error::Missing(_))));
    }
    // Another trigger of the same id has none of them.
    orders(&site).await;
    assert_eq!(live(&site, "orders", trigger.created_at).await, [FIRST]);
    assert_ne!(stored(&site, "orders").await.webhook, trigger.webhook);
}

#[tokio::test]
async fn on_aws_the_address_is_as_long_as_it_is_known() {
    let (site, _stack) = site().await;
    let endpoints = Endpoints::of_folder(&site.data()).unwrap().unwrap();
    let deployed = async |id: &str, base_url: Option<&str>| {
        let create = ["trigger", "create", "--name", id, "--id", id, "--flow", "hello"];
        let stripe = ["--provider", "stripe", "--secret-file", "first", "--workspace", "demo"];
        let mut command = site.command(&[&create[..], &stripe].concat());
        command.envs([
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            ("AWS_ENDPOINT_URL_DYNAMODB", &endpoints.dynamodb_url),
            ("AWS_ENDPOINT_URL_SSM", &endpoints.ssm_url),
            ("TRIGGER_RUNS_TABLE", &endpoints.runs_table),
            ("TRIGGER_CONFIG_TABLE", &endpoints.config_table),
            ("TRIGGER_QUEUE_URL", &endpoints.queue_url),
            ("TRIGGER_PAYLOADS_BUCKET", &endpoints.payloads_bucket),
            ("TRIGGER_SECRETS_PREFIX", &endpoints.secrets_prefix),
        ]);
        let output = command.envs(base_url.map(|url| ("TRIGGER_BASE_URL", url))).output().await;
        let output = output.unwrap();
        let [stdout, stderr] =
            [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
        assert_eq!(output.status.code(), Some(0), "{stderr}");
        let url =
            stdout.lines().find_map(|line| line.strip_prefix("URL")).unwrap().trim().to_owned();
        (url, stderr)
    };
    let (url, told) = deployed("known", Some("https://api.example.com/prod")).await;
    assert!(url.starts_with("https://api.example.com/prod/ext/webhook/whk_"), "{url}");
    assert!(!told.contains("ApiUrl"), "{told}");
    let (path, told) = deployed("unknown", None).await;
    assert!(path.starts_with("/ext/webhook/whk_"), "{path}");
    assert!(told.contains("ApiUrl") && told.contains("--base-url"), "{told}");
    assert_eq!(live(&site, "unknown", Timestamp::default()).await, [FIRST]);
}
