//! What a newcomer reads first. Every line that looks like a command works as it is printed.

use std::path::Path;

use serde::Serialize;

use super::record::{self, Demo};
use crate::{connect::DEFAULT_DATA, output::Answer};

/// The record for scripts, and what can be done with it for people.
#[derive(Serialize)]
pub(super) struct Welcome<'a> {
    /// The demo.
    #[serde(flatten)]
    pub(super) demo: &'a Demo,
    /// The data folder.
    #[serde(skip)]
    pub(super) data: &'a Path,
}

impl Answer for Welcome<'_> {
    fn text(&self) -> String {
        welcome(self.demo, self.data)
    }
}

fn welcome(demo: &Demo, data: &Path) -> String {
    let Demo { base_url, workspace_id, api_key, .. } = demo;
    let api = format!("{base_url}/api/v1/ai/trigger");
    let key = format!("-H 'Authorization: Bearer {api_key}'");
    let post = format!("{key} -H 'Content-Type: application/json'");
    let at = format!("--local{}", data_flag(data));
    let program = program();
    format!(
        r#"trigger-api listens on {base_url}. Ctrl-C ends it; its state is in {data}.

Run a flow and wait for the result:

  curl -s -w '\n' {api}/{workspace_id}/hello/DEV {post} -d '{{"message": "Ada"}}'

PROD still serves the version before:

  curl -s -w '\n' {api}/{workspace_id}/hello/PROD {post} -d '{{"message": "Ada"}}'

Start a flow in the background, one that waits for five seconds, and see how it is doing:

  ID=$(curl -s {api}/start/{workspace_id}/reminder/DEV {post} -d '{{"message": "tea", "user_variables": {{"seconds": 5}}}}' | sed 's/.*"workflow_id": *"\([^"]*\)".*/\1/')
  curl -s -w '\n' {api}/status/{workspace_id}/$ID {key}

Look at it from the operator's side:

  {program} run list {at}
  {program} flow show hello {at}

Base URL, key and triggers for scripts: {demo_file}
"#,
        data = data.display(),
        demo_file = data.join(record::FILE).display(),
    )
}

/// How this program was called.
fn program() -> String {
    std::env::args().next().map_or_else(|| "trigger-api".to_owned(), |path| quoted(&path))
}

fn data_flag(data: &Path) -> String {
    if data == Path::new(DEFAULT_DATA) {
        String::new()
    } else {
        format!(" --data {}", quoted(&data.display().to_string()))
    }
}

/// One word of a POSIX shell.
fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn the_lines_name_the_stack_they_are_for() {
        let demo = Demo {
            base_url: "http://127.0.0.1:4000".to_owned(),
            workspace_id: "demo".parse().unwrap(),
            api_key: "tk_1".to_owned(),
            triggers: BTreeMap::new(),
        };
        let text = welcome(&demo, Path::new("/tmp/a b"));
        assert!(text.contains("http://127.0.0.1:4000/api/v1/ai/trigger/demo/hello/DEV"));
        assert!(text.contains("run list --local --data '/tmp/a b'\n"), "{text}");
        assert!(!welcome(&demo, Path::new(DEFAULT_DATA)).contains("--data"));
    }

    #[test]
    fn words_are_quoted_for_the_shell() {
        for (word, quoted_word) in [("a/b-c.d", "a/b-c.d"), ("it's", r"'it'\''s'"), ("", "''")] {
            assert_eq!(quoted(word), quoted_word);
        }
    }
}
