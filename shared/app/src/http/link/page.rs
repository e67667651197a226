//! The pages: what stands on them, and what they allow. No scripts, nothing from elsewhere.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use crate::model::Listening;

const STYLE: &str = "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}\
h1{font-size:1.5rem;white-space:pre-line;overflow-wrap:anywhere}button,textarea,select{font:inherit}\
button{padding:.5rem 1rem;margin:.25rem .5rem .25rem 0;max-width:100%;overflow-wrap:anywhere}\
textarea{width:100%;box-sizing:border-box}label{display:block;margin:1rem 0 .25rem}";

/// What a page may do: show this style, and send its form back to where it came from.
pub(super) fn policy() -> String {
    let style = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}

/// The question, and a form that answers it.
pub(super) fn question(listening: &Listening) -> String {
    let Some(question) = &listening.question else { return said("There is no question", "") };
    let mut form = String::from("<form method=\"post\" accept-charset=\"utf-8\">");
    if let [_, _, ..] = listening.kinds.as_slice() {
        form.push_str("<label for=\"type\">It is about</label><select id=\"type\" name=\"type\">");
        for kind in &listening.kinds {
            let _ = write!(form, "<option>{}</option>", escaped(kind));
        }
        form.push_str("</select>");
    }
    if question.choices.is_empty() {
        form.push_str(
            "<label for=\"data\">Your answer</label>\
             <textarea id=\"data\" name=\"data\" rows=\"6\" required></textarea>\
             <p><button>Send</button></p>",
        );
    } else {
        form.push_str("<p>");
        for choice in &question.choices {
            let choice = escaped(choice);
            let _ = write!(form, "<button name=\"data\" value=\"{choice}\">{choice}</button> ");
        }
        form.push_str("</p>");
    }
    let until = listening.until.to_the_second();
    let _ = write!(
        form,
        "</form><p>It can be answered once, until <time datetime=\"{until}Z\">{} UTC</time>.</p>",
        until.replace('T', " "),
    );
    page(&escaped(&question.text), &form)
}

/// A page that says something; `more` is text, too.
pub(super) fn said(what: &str, more: &str) -> String {
    page(&escaped(what), &format!("<p>{}</p>", escaped(more)))
}

/// A page that says why an answer was not taken, and leads back to the question.
pub(super) fn refused(why: &str) -> String {
    let body = format!(
        "<p role=\"alert\">{}</p><p><a href=\"\">Back to the question</a></p>",
        escaped(why)
    );
    page("The answer was not taken", &body)
}

fn page(heading: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><meta name=\"color-scheme\" content=\"light dark\">\
         <title>Input needed</title><style>{STYLE}</style></head>\
         <body><main><h1>{heading}</h1>{body}</main></body></html>\n"
    )
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{InputId, Question, Secret, Timestamp};

    fn listening(text: &str, choices: &[&str], kinds: &[&str]) -> Listening {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        Listening {
            id: InputId::of(""),
            until: Timestamp::from_millis(1_770_679_479_000),
            kinds: owned(kinds),
            question: Some(Question {
                text: text.to_owned(),
                choices: owned(choices),
                schema: None,
            }),
            secret: Secret::new("the secret".to_owned()),
        }
    }

    #[test]
    fn whatever_a_flow_says_is_text() {
        let hostile = "\"><script>alert('1')</script>&";
        let page = question(&listening(hostile, &[hostile], &[hostile, "b"]));
        assert!(!page.contains("<script") && !page.contains("'1'") && !page.contains("the secret"));
        let escaped = "&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;";
        assert_eq!(page.matches(escaped).count(), 4, "{page}");
        assert!(
            !refused(hostile).contains("<script") && !said(hostile, hostile).contains("<script")
        );
    }

    #[test]
    fn choices_are_buttons_and_any_answer_has_a_labelled_field() {
        let choice = question(&listening("Shall we?", &["yes", "no"], &["a"]));
        assert!(choice.contains("<button name=\"data\" value=\"yes\">yes</button>"));
        assert!(!choice.contains("<textarea") && !choice.contains("<select"));
        assert!(choice.contains("<time datetime=\"2026-02-09T23:24:39Z\">2026-02-09 23:24:39 UTC"));
        let free = question(&listening("What?", &[], &["a", "b"]));
        assert!(free.contains("<label for=\"data\">") && free.contains("<textarea id=\"data\""));
        assert!(free.contains("<label for=\"type\">") && free.contains("<option>b</option>"));
    }

    #[test]
    fn the_policy_allows_the_one_style_and_nothing_else() {
        let policy = policy();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"));
        assert!(!policy.contains("unsafe") && !policy.contains("script-src"));
    }
}
