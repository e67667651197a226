//! Streams as endpoints send them, whole and broken, cut anywhere.

use proptest::prelude::*;
use serde_json::json;

use super::{Collector, Error, body, error_code, read_whole};
use crate::model::{CallFailure, Completion, FailureKind, Usage, limits::MAX_COMPLETION_BYTES};

/// A stream as the form's own inventor sends it, with the comments of a proxy and characters of every length.
const STREAM: &str = concat!(
    ": OPENROUTER PROCESSING\n\n",
    "data: {\"id\":\"c-1\",\"object\":\"chat.completion.chunk\",\"model\":\"small-2\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":null}],\"usage\":null}\n\n",
    "data: {\"model\":\"small-2\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Grüße, \"},\"finish_reason\":null}],\"usage\":null}\r\n\r\n",
    ": ping\r\n",
    "event: message\r\ndata: {\"model\":\"small-2\",\"choices\":[{\"index\":0,\ndata: \"delta\":{\"content\":\"世界 🦀\\n\"},\"finish_reason\":null}]}\n\n",
    "data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"not asked for\"}}]}\n\n",
    "data: {\"model\":\"small-2\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\r\r",
    "data: {\"model\":\"small-2\",\"choices\":[],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":5,\"total_tokens\":17,\"prompt_tokens_details\":{\"cached_tokens\":0}}}\n\n",
    "data: [DONE]\n\n",
);

fn whole() -> Completion {
    Completion {
        content: "Grüße, 世界 🦀\n".to_owned(),
        finish_reason: Some("stop".to_owned()),
        model: "small-2".to_owned(),
        usage: Some(Usage { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 }),
    }
}

/// The text as it came, and the whole.
fn collect<'b>(pieces: impl IntoIterator<Item = &'b [u8]>) -> Result<(String, Completion), Error> {
    let mut collector = Collector::new("small");
    let mut text = String::new();
    for piece in pieces {
        text.push_str(&collector.take(piece)?);
    }
    collector.end().map(|completion| (text, completion))
}

fn cut<'b>(stream: &'b [u8], cuts: &[usize]) -> Vec<&'b [u8]> {
    let mut cuts: Vec<_> = cuts.iter().map(|cut| cut % (stream.len() + 1)).collect();
    cuts.extend([0, stream.len()]);
    cuts.sort_unstable();
    cuts.windows(2).map(|ends| &stream[ends[0]..ends[1]]).collect()
}

proptest! {
    #[test]
    fn however_a_stream_is_cut_it_says_the_same(
        cuts in prop::collection::vec(any::<usize>(), 0..40),
    ) {
        let pieces = cut(STREAM.as_bytes(), &cuts);
        prop_assert_eq!(collect(pieces), Ok((whole().content, whole())));
    }

    #[test]
    fn however_noise_is_cut_it_says_the_same(
        noise in prop::collection::vec(
            prop_oneof![
                Just(&b"data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"[..]),
                Just(&b"\xf0\x9f"[..]), Just(&b"data: "[..]), Just(&b"\r"[..]), Just(&b"\n"[..]),
                Just(&b":"[..]), Just(&b"{}"[..]), Just(&b"[DONE]"[..]), Just(&b"\xef\xbb\xbf"[..]),
            ],
            0..20,
        ),
        cuts in prop::collection::vec(any::<usize>(), 0..10),
    ) {
        let noise = noise.concat();
        prop_assert_eq!(collect(cut(&noise, &cuts)), collect([noise.as_slice()]));
    }
}

#[test]
fn a_stream_that_breaks_off_anywhere_is_no_answer() {
    let stream = STREAM.as_bytes();
    let last = STREAM.find("[DONE]").unwrap() + "[DONE]\n".len();
    for end in 0..stream.len() {
        let found = collect([&stream[..end]]);
        if end > last {
            assert_eq!(found.unwrap().1, whole());
        } else {
            assert!(matches!(found, Err(Error::BrokenOff { .. })), "{end}: {found:?}");
        }
    }
    let failure =
        CallFailure::from(collect([&stream[..STREAM.find(": ping").unwrap()]]).unwrap_err());
    assert_eq!(failure.kind, FailureKind::Unreachable);
    assert_eq!(failure.message, "the model's stream broke off after chunk 2");
}

#[test]
fn a_malformed_chunk_is_told_by_its_number_and_not_by_its_content() {
    for data in [
        "quicksilver",
        "{\"choices\": [{\"delta\": {\"content\": \"quicksilver",
        "{\"choices\": [{\"delta\": {\"content\": [\"quicksilver\"]}}]}",
        "{\"choices\": \"quicksilver\"}",
        "[]",
        "",
        "[DONE",
    ] {
        let stream =
            format!("data: {{\"choices\": []}}\n\n: ping\n\ndata: {data}\n\ndata: [DONE]\n\n");
        let error = collect([stream.as_bytes()]).unwrap_err();
        assert_eq!(error, Error::Malformed { chunk: 2 }, "{data}");
        assert_eq!(error.to_string(), "chunk 2 of the model's stream cannot be read");
    }
    assert_eq!(collect([&b"data: \xff\n\n"[..]]), Err(Error::Malformed { chunk: 1 }));
}

#[test]
fn an_error_inside_of_a_stream_is_an_answer_with_a_status() {
    for (error, status, code) in [
        (
            json!({"message": "quicksilver", "type": "server_error", "code": null}),
            502,
            Some("server_error"),
        ),
        (json!({"message": "quicksilver", "code": 429}), 429, None),
        (json!({"code": 7, "type": "sk-Quicksilver-1"}), 502, None),
        (
            json!({"code": "rate_limit_exceeded", "type": "requests"}),
            502,
            Some("rate_limit_exceeded"),
        ),
        (json!("quicksilver"), 502, None),
    ] {
        let stream =
            format!("data: {{\"choices\": []}}\n\ndata: {}\n\n", json!({ "error": error }));
        let failed = collect([stream.as_bytes()]).unwrap_err();
        assert_eq!(failed, Error::Failed { status, code: code.map(ToOwned::to_owned) });
        let failure = CallFailure::from(failed);
        assert_eq!(failure.kind, FailureKind::Answered(status));
        assert!(!failure.message.to_lowercase().contains("quicksilver"), "{}", failure.message);
    }
}

#[test]
fn an_answer_has_a_bound() {
    let chunk =
        |text: &str| format!("data: {}\n\n", json!({"choices": [{"delta": {"content": text}}]}));
    let (half, mut collector) = ("a".repeat(MAX_COMPLETION_BYTES / 2), Collector::new("small"));
    for _ in 0..2 {
        collector.take(chunk(&half).as_bytes()).unwrap();
    }
    let error = collector.take(chunk("a").as_bytes()).unwrap_err();
    assert_eq!(
        (error.clone(), CallFailure::from(error).kind),
        (Error::TooLarge, FailureKind::Refused)
    );
    let endless = vec![b'a'; MAX_COMPLETION_BYTES + 1];
    assert_eq!(collect([&endless[..]]), Err(Error::TooLarge));
    let comments = ":\n".repeat(MAX_COMPLETION_BYTES);
    assert_eq!(collect([comments.as_bytes(); 17]), Err(Error::TooLarge));
}

#[test]
fn what_an_endpoint_leaves_out_is_left_out() {
    let stream = "data: {\"choices\": [{\"delta\": {\"content\": \"a\"}}]}\n\ndata: [DONE]\n\n";
    let completion = collect([stream.as_bytes()]).unwrap().1;
    let model = "small".to_owned();
    let expected = Completion { content: "a".to_owned(), finish_reason: None, model, usage: None };
    assert_eq!(completion, expected);
    let usage =
        "data: {\"usage\": {\"prompt_tokens\": 3, \"completion_tokens\": 4}}\n\ndata: [DONE]\n\n";
    let usage = collect([usage.as_bytes()]).unwrap().1.usage.unwrap();
    assert_eq!(usage.total_tokens, 7);
}

#[test]
fn a_refusal_says_that_it_is_one() {
    let stream = "data: {\"choices\": [{\"delta\": {\"refusal\": \"No\"}}]}\n\ndata: {\"choices\": [{\"delta\": {\"refusal\": \".\"}, \"finish_reason\": \"stop\"}]}\n\ndata: [DONE]\n\n";
    let (text, completion) = collect([stream.as_bytes()]).unwrap();
    assert_eq!((text.as_str(), completion.content.as_str()), ("", "No."));
    assert_eq!(completion.finish_reason.as_deref(), Some("refusal"));
}

#[test]
fn a_completion_may_come_in_one_piece() {
    let answer = json!({
        "id": "c-1",
        "object": "chat.completion",
        "model": "small-2",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Grüße, 世界 🦀\n"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17},
    });
    assert_eq!(read_whole(answer.to_string().as_bytes(), "small"), Ok(whole()));
    for body in ["", "{}", "[]", "{\"choices\": []}", "{\"choices\": [{\"delta\": {}}]}"] {
        assert_eq!(read_whole(body.as_bytes(), "small"), Err(Error::Unreadable), "{body}");
    }
    let failed = read_whole(br#"{"error": {"code": 503}}"#, "small");
    assert_eq!(failed, Err(Error::Failed { status: 503, code: None }));
}

#[test]
fn of_the_body_of_an_error_only_a_plain_word_is_told() {
    for (body, code) in [
        (r#"{"error": {"code": "insufficient_quota", "type": "b"}}"#, Some("insufficient_quota")),
        (
            r#"{"error": {"code": null, "type": "invalid_request_error"}}"#,
            Some("invalid_request_error"),
        ),
        (r#"{"error": {"code": "sk-live-1", "message": "sk-live-1"}}"#, None),
        (r#"{"error": "nope"}"#, None),
        ("<html>", None),
    ] {
        assert_eq!(error_code(body.as_bytes()).as_deref(), code, "{body}");
    }
}

#[test]
fn a_stream_is_asked_for_with_what_it_takes() {
    let members = || json!({"messages": []}).as_object().unwrap().clone();
    let streamed = json!({"messages": [], "model": "m", "stream": true, "stream_options": {"include_usage": true}});
    assert_eq!(body("m", members(), true), streamed);
    assert_eq!(body("m", members(), false), json!({"messages": [], "model": "m"}));
}
