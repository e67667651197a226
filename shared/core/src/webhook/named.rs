//! The providers that are known by name: one file each in `providers/`, in the words of `scheme`.

use std::sync::{Arc, OnceLock};

use super::Scheme;

struct Row {
    name: &'static str,
    text: &'static str,
    /// Read when it is first asked for: a function serves few providers.
    scheme: OnceLock<Option<Arc<Scheme>>>,
}

macro_rules! rows {
    ($($name:literal: $file:literal),* $(,)?) => {
        [$(Row {
            name: $name,
            text: include_str!(concat!("providers/", $file, ".yaml")),
            scheme: OnceLock::new(),
        }),*]
    };
}

static ROWS: [Row; 21] = rows! {
    "bitbucket": "bitbucket",
    "clerk": "svix",
    "discord": "discord",
    "github": "github",
    "gitlab": "gitlab",
    "hubspot": "hubspot",
    "intercom": "intercom",
    "jira": "jira",
    "linear": "linear",
    "openai": "standard-webhooks",
    "pagerduty": "pagerduty",
    "resend": "svix",
    "shopify": "shopify",
    "slack": "slack",
    "standard-webhooks": "standard-webhooks",
    "stripe": "stripe",
    "svix": "svix",
    "teams-outgoing": "teams-outgoing",
    "twilio": "twilio",
    "typeform": "typeform",
    "zoom": "zoom",
};

/// The names, sorted.
pub fn names() -> impl Iterator<Item = &'static str> {
    ROWS.iter().map(|row| row.name)
}

/// The scheme of a provider, to keep beside those that are read from a trigger.
#[must_use]
pub fn named(name: &str) -> Option<&'static Arc<Scheme>> {
    let row = ROWS.iter().find(|row| row.name == name)?;
    let read = || {
        let scheme = Scheme::read(row.text).ok()?;
        // Products that send as another's service does go by their own name all the same.
        Some(Arc::new(Scheme { provider: row.name.parse().ok()?, ..scheme }))
    };
    row.scheme.get_or_init(read).as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_sound_and_sorted() {
        for row in &ROWS {
            let scheme =
                Scheme::read(row.text).unwrap_or_else(|error| panic!("{}: {error}", row.name));
            assert!(!scheme.event.is_empty(), "{}", row.name);
            assert_eq!(named(row.name).unwrap().provider.as_str(), row.name);
        }
        assert!(names().is_sorted());
        assert!(named("custom").is_none());
    }

    #[test]
    fn few_sign_the_url() {
        let found: Vec<_> =
            names().filter(|name| named(name).is_some_and(|scheme| scheme.signs_url())).collect();
        assert_eq!(found, ["hubspot", "twilio"]);
    }
}
