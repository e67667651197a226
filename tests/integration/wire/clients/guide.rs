//! The published guide's code: read when the test runs, and filled in as its reader would.

use std::{fs, path::Path};

/// Where the guide lies, from the repository's root.
const GUIDE: &str = "../shared/seeds/000-phinite-api-guide.txt";

/// A code block of the guide.
#[derive(Clone, Debug)]
pub(super) struct Snippet {
    /// `bash`, `python` and the like.
    pub(super) language: String,
    /// Its title, in which the guide names the language and the way of starting.
    pub(super) title: String,
    /// The code.
    pub(super) code: String,
}

impl Snippet {
    /// Whether it starts a run in the background.
    pub(super) fn is_background(&self) -> bool {
        self.title.contains("Background")
    }
}

/// The clients of the guide; none where there is no guide.
pub(super) fn snippets(root: &Path) -> Option<Vec<Snippet>> {
    let text = fs::read_to_string(root.join(GUIDE)).ok()?;
    let mut found: Vec<Snippet> = Vec::new();
    let (mut in_group, mut in_code) = (false, false);
    for line in text.lines() {
        match line.trim() {
            "<CodeGroup>" => in_group = true,
            "</CodeGroup>" => in_group = false,
            "```" => in_code = false,
            fence if in_group && fence.starts_with("```") => {
                let heading = fence.trim_start_matches('`').trim_end_matches("theme={null}").trim();
                let (language, title) = heading.split_once(' ').unwrap();
                found.push(Snippet {
                    language: language.to_owned(),
                    title: title.to_owned(),
                    code: String::new(),
                });
                in_code = true;
            }
            _ if in_code => {
                let code = &mut found.last_mut().unwrap().code;
                // The group is indented by two.
                code.push_str(line.strip_prefix("  ").unwrap_or(line));
                code.push('\n');
            }
            _ => {}
        }
    }
    // The group of error answers holds no client.
    found.retain(|snippet| snippet.language != "json");
    Some(found)
}

/// What a reader puts into the code.
pub(super) struct Own<'a> {
    pub(super) base_url: &'a str,
    pub(super) workspace: &'a str,
    pub(super) trigger: &'a str,
    pub(super) key: &'a str,
}

impl Own<'_> {
    /// The code with host, ids, environment and key of one's own, and nothing else changed.
    pub(super) fn fill(&self, code: &str) -> String {
        code.replace("https://app.phinite.ai", self.base_url)
            // In a Python f-string the braces are doubled.
            .replace("{{workspace_id}}", self.workspace)
            .replace("{workspace_id}", self.workspace)
            .replace("{trigger_id}", self.trigger)
            .replace("{environment}", "DEV")
            .replace("workspace_api_key", self.key)
    }
}
