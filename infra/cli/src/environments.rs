//! `--env`: one environment, several, or all.

use std::str::FromStr;

use shared::model::{Environment, UnknownEnvironment};

/// One value of `--env`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Every one of them.
    All,
    /// This one.
    One(Environment),
}

impl FromStr for Wanted {
    type Err = UnknownEnvironment;

    fn from_str(text: &str) -> Result<Self, UnknownEnvironment> {
        if text.eq_ignore_ascii_case("all") { Ok(Self::All) } else { text.parse().map(Self::One) }
    }
}

/// The environments named, each once, in the order of promotion; none when nothing was said.
pub(crate) fn named(wanted: &[Wanted]) -> Vec<Environment> {
    let is_named = |environment: &Environment| {
        wanted.iter().any(|wanted| [Wanted::All, Wanted::One(*environment)].contains(wanted))
    };
    Environment::ALL.into_iter().filter(is_named).collect()
}

/// `DEV UAT`.
pub(crate) fn show(environments: &[Environment]) -> String {
    let names: Vec<_> = environments.iter().map(|environment| environment.as_str()).collect();
    names.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environments_are_named_once_and_in_order() {
        let wanted: Vec<Wanted> =
            ["prod", "DEV", "Prod"].iter().map(|text| text.parse().unwrap()).collect();
        assert_eq!(named(&wanted), [Environment::Dev, Environment::Prod]);
        assert_eq!(named(&["all".parse().unwrap()]), Environment::ALL);
        assert_eq!(named(&[]), []);
        assert!("TEST".parse::<Wanted>().is_err());
    }
}
