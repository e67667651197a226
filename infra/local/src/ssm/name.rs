//! What a parameter may be called (API reference, `PutParameter`, `Name`).

use super::error::Error;

/// Longest name, in characters, the service's part of the ARN included.
const MAX_ARN_CHARACTERS: usize = 1011;

/// Deepest hierarchy.
const MAX_LEVELS: usize = 15;

/// A parameter's ARN in the Region and the account that are played.
pub(super) fn arn(name: &str) -> String {
    let slash = if name.starts_with('/') { "" } else { "/" };
    format!("arn:aws:ssm:eu-central-1:000000000000:parameter{slash}{name}")
}

/// Refuses what AWS refuses.
pub(super) fn check(name: &str) -> Result<(), Error> {
    let invalid = |text: &str| Err(Error::Validation(text.to_owned()));
    if arn(name).len() > MAX_ARN_CHARACTERS {
        return invalid("A parameter name has 1011 characters at most, those of its ARN included.");
    }
    let levels = name.strip_prefix('/').unwrap_or(name);
    if !name.starts_with('/') && name.contains('/') {
        return invalid("Parameter name must be a fully qualified name.");
    }
    if !levels.split('/').all(is_level) {
        return invalid(
            "Parameter name: only a mix of letters, numbers and the following 3 symbols .-_ is allowed, and / between levels.",
        );
    }
    let root = levels.get(..3).unwrap_or_default().to_ascii_lowercase();
    if ["aws", "ssm"].contains(&&*root) {
        return invalid(
            "Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive).",
        );
    }
    if levels.split('/').count() > MAX_LEVELS {
        return Err(Error::TooDeep);
    }
    Ok(())
}

fn is_level(level: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    !level.is_empty() && level.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_the_service_takes() {
        for name in ["a", "/a", "/trigger-api/dev/demo/a_b.c/0", &format!("/{}", "a".repeat(960))] {
            assert!(check(name).is_ok(), "{name}");
        }
        let deep = |levels| "/a".repeat(levels);
        assert!(check(&deep(15)).is_ok());
        assert!(matches!(check(&deep(16)), Err(Error::TooDeep)));
        for name in [
            "",
            "/",
            "/a/",
            "//a",
            "a/b",
            "/a b",
            "/ä",
            "/a:1",
            "/aws/x",
            "/AWSx",
            "ssm",
            "/SSM-a",
            &format!("/{}", "a".repeat(980)),
        ] {
            assert!(matches!(check(name), Err(Error::Validation(_))), "{name}");
        }
    }
}
