//! What is sent to who asked for a run by a request that is answered later: its result, as a text.

use serde_json::{Map, Value};

use super::{Runs, tell::Attempt};
use crate::{
    egress::{Redirects, Request},
    model::{End, FollowUp, FollowUpMethod, Status, limits},
    store::View,
};

/// What stands for what was cut off.
const ELLIPSIS: char = '…';

impl Runs {
    /// The request of one attempt, or why there is none.
    pub(super) fn follow_up_request(
        &self,
        follow_up: &FollowUp,
        view: &View,
    ) -> Result<Request, Attempt> {
        if self.now() >= follow_up.valid_until {
            return Err(Attempt::Void("the address has expired"));
        }
        let text = text(view.run.status, view.end().cloned());
        let text = cut(text, follow_up.max_characters);
        let body = Map::from_iter([(follow_up.member.clone(), Value::String(text))]);
        Ok(Request {
            method: match follow_up.method {
                FollowUpMethod::Post => http::Method::POST,
                FollowUpMethod::Put => http::Method::PUT,
                FollowUpMethod::Patch => http::Method::PATCH,
            },
            url: follow_up.url.clone(),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: Some(Value::Object(body).to_string().into()),
            timeout: limits::CALLBACK_TIMEOUT,
            redirects: Redirects::Return,
        })
    }
}

/// A result as people read it. Never empty: no service takes an empty message.
fn text(status: Status, end: Option<End>) -> String {
    let text = match (status, end) {
        (Status::Cancelled, _) => "The run was cancelled.".to_owned(),
        (Status::TimedOut, _) => "The run took too long and was stopped.".to_owned(),
        (_, Some(End::Error(error))) => format!("The run failed: {error}"),
        (_, Some(End::Output(Value::String(text)))) => text,
        (_, Some(End::Output(Value::Null)) | None) => String::new(),
        (_, Some(End::Output(output))) => format!("{output:#}"),
    };
    if text.trim().is_empty() { "Done.".to_owned() } else { text }
}

fn cut(text: String, max_characters: u32) -> String {
    let most = usize::try_from(max_characters).unwrap_or(usize::MAX);
    if text.chars().count() <= most {
        return text;
    }
    text.chars().take(most.saturating_sub(1)).chain([ELLIPSIS]).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::flow::{ErrorKind, raise};

    #[test]
    fn every_end_is_a_text() {
        let output = |value| Some(End::Output(value));
        let error = || Some(End::Error(raise(ErrorKind::Runtime, "/", "no luck")));
        for (status, end, expected) in [
            (Status::Completed, output(json!("hello")), "hello"),
            (Status::Completed, output(json!("")), "Done."),
            (Status::Completed, output(json!(null)), "Done."),
            (Status::Completed, output(json!({"a": [1]})), "{\n  \"a\": [\n    1\n  ]\n}"),
            (Status::Completed, output(json!(4)), "4"),
            (Status::Failed, error(), "The run failed: Runtime Error: no luck"),
            (Status::Cancelled, error(), "The run was cancelled."),
            (Status::TimedOut, error(), "The run took too long and was stopped."),
        ] {
            assert_eq!(text(status, end), expected);
        }
    }

    #[test]
    fn a_text_is_cut_at_a_character() {
        for (whole, most, expected) in
            [("héllo", 5, "héllo"), ("héllo", 4, "hél…"), ("héllo", 1, "…"), ("", 1, "")]
        {
            assert_eq!(cut(whole.to_owned(), most), expected);
        }
    }
}
