//! Where the result of a run goes that a request asked for.

use std::time::Duration;

use serde_json::json;

use super::requests::{NOW, PAIRS, secret};
use crate::{
    model::{FollowUp, FollowUpMethod},
    webhook::{Delivery, Sample, Scheme, named, names, samples, scheme::Unreadable, verify},
};

fn follow_up(provider: &str, sample: Sample) -> Option<FollowUp> {
    let pair = PAIRS.into_iter().find(|pair| pair.provider == provider).unwrap();
    let signed = pair.sample(sample, NOW);
    let secrets = [secret(pair.secret)];
    let request = signed.request();
    let verified = verify(pair.scheme(), &secrets, &request, NOW).unwrap();
    Delivery::read(pair.scheme(), &verified, &request, NOW).follow_up()
}

fn slack(url: &str) -> FollowUp {
    FollowUp {
        method: FollowUpMethod::Post,
        url: url.to_owned(),
        member: "text".to_owned(),
        max_characters: 40_000,
        valid_until: NOW.after(Duration::from_mins(30)),
        max_uses: Some(5),
    }
}

fn discord(token: &str) -> FollowUp {
    FollowUp {
        method: FollowUpMethod::Patch,
        url: format!("https://discord.com/api/v10/webhooks/1111/{token}/messages/@original"),
        member: "content".to_owned(),
        max_characters: 2000,
        valid_until: NOW.after(Duration::from_mins(15)),
        max_uses: None,
    }
}

#[test]
fn commands_and_interactions_are_answered_later_and_nothing_else_is() {
    let known = [
        ("slack", "slash_command", slack("https://hooks.slack.com/commands/1234/5678")),
        ("slack", "block_actions", slack("https://hooks.slack.com/actions/1/2")),
        ("discord", "interaction", discord("tok2")),
        ("discord", "component", discord("tok3")),
    ];
    for name in names() {
        for sample in samples(name) {
            let event = sample.event.clone();
            // A ping of Discord's names all that is needed, and is answered at once.
            if (name, &*event) == ("discord", "ping") {
                continue;
            }
            let expected = known.iter().find(|known| (known.0, known.1) == (name, &*event));
            let found = follow_up(name, sample);
            assert!(found.as_ref() == expected.map(|(_, _, known)| known), "{name} {event}");
        }
    }
}

#[test]
fn what_names_no_usable_address_is_not_answered_later() {
    let command = samples("slack").into_iter().find(|sample| sample.event == "slash_command");
    let command = command.unwrap();
    let long = format!("https://hooks.slack.com/{}", "a".repeat(500));
    for url in ["https://hooks.slack.com.evil.example/1", "http://hooks.slack.com/1", "", &*long] {
        let body = format!("trigger_id=1&response_url={url}").into_bytes();
        assert!(follow_up("slack", Sample { body, ..command.clone() }).is_none(), "{url}");
    }
    let interaction = samples("discord").into_iter().find(|sample| sample.event == "interaction");
    let interaction = interaction.unwrap();
    for token in [json!(".."), json!(""), json!(null)] {
        let body = json!({"id": "1", "type": 2, "application_id": "1", "token": token}).to_string();
        let sample = Sample { body: body.into_bytes(), ..interaction.clone() };
        assert!(follow_up("discord", sample).is_none(), "{token}");
    }
}

#[test]
fn a_faulty_rule_is_refused() {
    let scheme = named("slack").unwrap();
    let mut sound = serde_json::to_value(&**scheme).unwrap();
    sound["provider"] = "acme".into();
    Scheme::read(&sound.to_string()).unwrap();
    for (member, value, words) in [
        ("text", json!(""), "follow_up.text"),
        ("max_characters", json!(0), "follow_up.max_characters"),
        ("valid_s", json!(0), "follow_up.valid_s"),
        ("valid_s", json!(86_401), "follow_up.valid_s"),
        ("max_uses", json!(0), "follow_up.max_uses"),
        ("when", json!([{"at": {"body": "/a"}}]), "follow_up.when[0]"),
    ] {
        let mut faulty = sound.clone();
        faulty["follow_up"][member] = value;
        let error = Scheme::read(&faulty.to_string()).unwrap_err();
        assert!(matches!(error, Unreadable::Faulty(_)), "{member}");
        assert!(error.to_string().contains(words), "{error}");
    }
    for (url, words) in [
        (json!({"fill": "{/response_url}"}), "begin with"),
        (json!({"fill": "https://a.example/{token}"}), "a pointer starts"),
        (json!({"copy": {"from": "/response_url"}}), "within"),
        (json!({"copy": {"from": "/a", "within": "https://a.example"}}), "begin with"),
        (json!({"copy": {"from": "/a", "within": "https://a.example/", "to": 1}}), "to"),
    ] {
        let mut faulty = sound.clone();
        faulty["follow_up"]["url"] = url;
        let error = Scheme::read(&faulty.to_string()).unwrap_err();
        assert!(matches!(error, Unreadable::Text { .. }), "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
}
