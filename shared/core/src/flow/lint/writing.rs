//! Texts that look like expressions but are none, because their marks are missing or misplaced.

/// The names that begin a path through what a flow knows.
const ROOTS: [&str; 5] = ["$context", "$input", "$output", "$task", "$workflow"];

/// Whether a whole text is a plain path, such as `.user.name` or `$context.id`.
pub(in crate::flow) fn looks_like_expression(text: &str) -> bool {
    let text = text.trim();
    let path = match ROOTS.iter().find_map(|root| text.strip_prefix(root)) {
        Some("") => return true,
        Some(path) => path,
        None => text,
    };
    let mut characters = path.chars();
    let starts = characters.next() == Some('.')
        && characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
    let is_path = |character: char| character.is_ascii_alphanumeric() || "._[]".contains(character);
    starts && path.chars().all(is_path)
}

/// Whether expression marks stand inside a longer text or are not closed, and so mean nothing.
pub(in crate::flow) fn partly_expression(text: &str) -> bool {
    text.trim_start().starts_with("${")
        || text.split_once("${").is_some_and(|(_, rest)| rest.contains('}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_paths_look_like_expressions() {
        for text in [".foo", " .foo.bar[0] ", "$context.id", "$input", "._id"] {
            assert!(looks_like_expression(text), "{text}");
        }
        for text in ["foo", ".", "..", "...", ".5", "$5", "a.b", ". and more", "$inputs", ".a b"] {
            assert!(!looks_like_expression(text), "{text}");
        }
    }

    #[test]
    fn marks_inside_a_text_are_seen() {
        assert!(partly_expression("Hello ${ .name }!"));
        assert!(partly_expression("${ .name"));
        assert!(!partly_expression("costs ${5"));
    }
}
