//! What came of it.

use std::collections::BTreeSet;

use serde::Serialize;
use shared::egress::Response;

use crate::output::{Answer, facts};

/// The header in which a run is named.
const RUN_HEADER: &str = "x-pf-run-id";

/// What the answer had to be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    /// A 2xx, naming one run at most.
    Accepted,
    /// 401.
    Refused,
}

/// The answers to one delivery and its copies.
#[derive(Serialize)]
pub(super) struct Delivered {
    method: String,
    url: String,
    provider: String,
    event: Option<String>,
    /// How often each status came.
    answers: Vec<Answered>,
    /// The runs that were named, each once.
    run_ids: BTreeSet<String>,
    as_expected: bool,
    #[serde(skip)]
    copies: usize,
}

#[derive(Serialize)]
struct Answered {
    status: u16,
    count: usize,
    /// Of the first.
    body: String,
}

impl Delivered {
    pub(super) fn new(
        url: &str,
        provider: String,
        event: Option<String>,
        responses: &[Response],
        expected: Expected,
    ) -> Self {
        let mut answers: Vec<Answered> = Vec::new();
        for response in responses {
            match answers.iter_mut().find(|known| known.status == response.status) {
                Some(known) => known.count += 1,
                None => answers.push(Answered {
                    status: response.status,
                    count: 1,
                    body: String::from_utf8_lossy(&response.body).into_owned(),
                }),
            }
        }
        let run_ids: BTreeSet<_> = responses.iter().filter_map(run_id).collect();
        let statuses = |fits: fn(u16) -> bool| answers.iter().all(|answer| fits(answer.status));
        let as_expected = match expected {
            Expected::Accepted => statuses(|it| (200..300).contains(&it)) && run_ids.len() <= 1,
            Expected::Refused => statuses(|it| it == 401),
        };
        Self {
            method: "POST".to_owned(),
            url: masked(url),
            provider,
            event,
            answers,
            run_ids,
            as_expected,
            copies: responses.len(),
        }
    }

    pub(super) const fn is_as_expected(&self) -> bool {
        self.as_expected
    }
}

fn run_id(response: &Response) -> Option<String> {
    let named = response.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(RUN_HEADER));
    named.map(|(_, value)| value.clone())
}

/// A URL without the tokens and keys that stand in it: what a terminal shows, a screenshot keeps.
pub(super) fn masked(url: &str) -> String {
    let hidden = |segment: &str| {
        let prefix = ["whk_", "tk_"].into_iter().find(|prefix| segment.starts_with(prefix));
        prefix.map_or_else(|| segment.to_owned(), |prefix| format!("{prefix}…"))
    };
    url.split('/').map(hidden).collect::<Vec<_>>().join("/")
}

impl Answer for Delivered {
    fn text(&self) -> String {
        let event = self.event.as_deref().unwrap_or("a body of your own");
        let mut rows = vec![
            ("Request", format!("{} {}", self.method, self.url)),
            ("Event", format!("{} {event}", self.provider)),
        ];
        for Answered { status, count, body } in &self.answers {
            let times = if self.copies == 1 { String::new() } else { format!(", {count} times") };
            rows.push(("Status", format!("{status}{times}")));
            rows.push(("Body", body.clone()));
        }
        let runs: Vec<_> = self.run_ids.iter().map(String::as_str).collect();
        rows.push(("Run", if runs.is_empty() { "none named".to_owned() } else { runs.join(", ") }));
        if self.copies > 1 {
            rows.push(("Runs named", format!("{} by {} copies", runs.len(), self.copies)));
        }
        let ending = if self.as_expected { "" } else { "Not answered as it should be.\n" };
        format!("{}{ending}", facts(&rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_opens_a_trigger_is_not_shown() {
        let url = "http://127.0.0.1:3000/ext/webhook/whk_0123abc/triggers/hello?a=1";
        assert_eq!(masked(url), "http://127.0.0.1:3000/ext/webhook/whk_…/triggers/hello?a=1");
        assert_eq!(
            masked("https://a/ext/webhook/tk_0/triggers/t"),
            "https://a/ext/webhook/tk_…/triggers/t"
        );
        assert_eq!(masked("https://a.example/b"), "https://a.example/b");
    }
}
