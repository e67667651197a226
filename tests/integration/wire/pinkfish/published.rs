//! The published guide's commands work as printed, and its polling loop ends.

use std::{fs, path::Path, time::Duration};

use reqwest::Method;
use serde_json::Value;
use support::{Answer, Api, send};

use crate::wire::{
    clients::program::{self, tell},
    flows::HELLO,
};

/// Where the guide lies, from the repository's root.
const GUIDE: &str = "../shared/seeds/002-pinkfish-triggers.txt";

/// The commands of the guide: from `curl` to the first line that no other continues.
fn commands(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut open = false;
    let mut quotes = 0;
    for line in text.lines() {
        if line.starts_with("curl ") {
            (open, quotes) = (true, 0);
            found.push(String::new());
        }
        let Some(command) = found.last_mut().filter(|_| open) else { continue };
        command.push_str(line);
        command.push('\n');
        quotes += line.matches('\'').count();
        open = line.ends_with('\\') || quotes % 2 == 1;
    }
    found
}

/// A command for who cannot set headers of its own: by the guide's other URL, without the key's header.
fn without_header(command: &str, text: &str) -> String {
    let format = |is_wanted: fn(&&str) -> bool| {
        let mut formats = text.lines().filter_map(|line| line.trim().strip_prefix("• Format: "));
        formats.find(is_wanted).unwrap().to_owned()
    };
    let url = format(|url| !url.contains("{apiKey}"));
    let webhook = format(|url| url.contains("{apiKey}"));
    let webhook = webhook.replace("{apiKey}", "YOUR_API_KEY");
    let url = url.replace("{triggerId}", "YOUR_AUTOMATION_ID");
    let webhook = webhook.replace("{triggerId}", "YOUR_AUTOMATION_ID");
    assert!(command.contains(&url), "{command}");
    let lines = command.lines().filter(|line| !line.contains("X-API-KEY"));
    lines.collect::<Vec<_>>().join("\n").replace(&url, &webhook)
}

/// What curl was told, with what it wrote.
async fn run(command: &str, api: &Api, folder: &Path, number: usize) -> (String, String) {
    let headers = folder.join(format!("headers-{number}"));
    let filled = command
        .replace("https://triggers.app.pinkfish.ai", api.stack.base_url())
        .replace("YOUR_AUTOMATION_ID", "hello")
        .replace("YOUR_API_KEY", &api.key)
        .replacen("curl ", &format!("curl --silent --dump-header {} ", headers.display()), 1);
    let file = folder.join(format!("command-{number}.sh"));
    fs::write(&file, filled).unwrap();
    let program = program::for_published("bash", folder).await.unwrap();
    let printed = program.run(&file, &[]).await;
    (printed, fs::read_to_string(headers).unwrap())
}

#[tokio::test]
async fn the_published_commands_work_as_printed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let Ok(text) = fs::read_to_string(root.join(GUIDE)) else {
        return tell("skipped the Pinkfish ones: the guide is not here");
    };
    if let Err(reason) = program::for_published("bash", &root).await {
        return tell(&format!("skipped the Pinkfish ones: {reason}"));
    }
    let mut commands = commands(&text);
    assert_eq!(commands.len(), 2, "{commands:#?}");
    let others: Vec<_> = commands.iter().map(|command| without_header(command, &text)).collect();
    commands.extend(others);
    let api = Api::start().await;
    api.stack.store().set_keys_in_paths(&support::workspace(), true).await.unwrap();
    api.publish(HELLO).await;
    let folder = tempfile::tempdir().unwrap();
    for (number, command) in commands.iter().enumerate() {
        let (printed, headers) = run(command, &api, folder.path(), number).await;
        let headers = headers.to_ascii_lowercase();
        assert!(headers.starts_with("http/1.1 200"), "{headers}");
        // The headers that the guide prints, but for those of its own gateway.
        for expected in text.lines().filter(|line| line.starts_with("Access-Control-")) {
            assert!(headers.contains(&expected.trim().to_ascii_lowercase()), "{expected}");
        }
        let named = |name: &str| {
            let line = headers.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_else(|| panic!("{name}: {headers}")).trim().to_owned()
        };
        let (automation, id) = (named("x-pf-automation-id:"), named("x-pf-run-id:"));
        assert_eq!(automation, "hello");
        if command.contains("x-api-wait: true") {
            let answer: Value = serde_json::from_str(&printed).unwrap();
            let printed_in_guide = example(&text);
            // Every member of the guide's example, of the same type, in every place.
            let missing = differences(&printed_in_guide, &answer, "");
            assert!(missing.is_empty(), "{missing:#?}\n{answer:#}");
        } else {
            assert_eq!(printed, "null");
        }
        for by_path in [false, true] {
            let results = poll(&api, &automation, &id, by_path).await.json();
            assert_eq!(results["results"][0]["exitCode"], 0);
        }
        tell(&format!("ran Pinkfish command {number}"));
    }
}

/// The loop of its guide: the status until it is an end, then the results; with the key in the path,
/// as the guide has it, or in the header.
async fn poll(api: &Api, automation: &str, run: &str, by_path: bool) -> Answer {
    let ask = |what: &str| {
        if by_path {
            let path = format!("/ext/webhook/{}/runs/{automation}/{run}/{what}", api.key);
            return api.request(Method::GET, &path);
        }
        api.keyed(Method::GET, &format!("/ext/runs/{automation}/{run}/{what}"))
    };
    loop {
        let status = send(ask("status")).await.json();
        match status["status"].as_str().unwrap() {
            "PENDING" | "RUNNING" | "PAUSED" => tokio::time::sleep(Duration::from_millis(20)).await,
            "COMPLETE" => return send(ask("results")).await,
            other => panic!("{other}: {status}"),
        }
    }
}

/// The successful answer that the guide prints.
fn example(text: &str) -> Value {
    let start = text.find("{\n    \"automationId\"").unwrap();
    let mut values = serde_json::Deserializer::from_str(&text[start..]).into_iter::<Value>();
    values.next().unwrap().unwrap()
}

/// Places of `expected` that `found` does not have, or has of another type. What a step put out
/// and what it was given may be of any.
fn differences(expected: &Value, found: &Value, place: &str) -> Vec<String> {
    match (expected, found) {
        (Value::Object(members), Value::Object(own)) if place != "/stepMap" => members
            .iter()
            .flat_map(|(name, value)| {
                let place = format!("{place}/{name}");
                own.get(name).map_or_else(
                    || vec![format!("{place} is missing")],
                    |own| differences(value, own, &place),
                )
            })
            .collect(),
        (Value::Array(items), Value::Array(own)) => {
            own.iter().flat_map(|own| differences(&items[0], own, &format!("{place}/_"))).collect()
        }
        _ if place == "/inputs" || place == "/results/_/result/result" => Vec::new(),
        _ if std::mem::discriminant(expected) == std::mem::discriminant(found) => Vec::new(),
        _ => vec![format!("{place}: {found} instead of {expected}")],
    }
}
