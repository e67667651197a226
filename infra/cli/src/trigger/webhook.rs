//! The flags of a webhook, and what they come to.

use std::{fs, path::PathBuf};

use clap::Args;
use shared::{
    flow::Expression,
    model::{Secret, Trigger, Verification, Webhook},
    webhook::{Scheme, check_secret},
};

use super::Kind;
use crate::{
    error::Error,
    webhook::{read_secret, scheme_of_file, scheme_of_name},
};

/// Which other service starts a trigger's flow.
#[derive(Args)]
#[command(next_help_heading = "Webhook")]
pub(crate) struct WebhookArguments {
    /// Who calls: a provider by its name, `custom` with --scheme, or `none`, where knowing the URL is all it takes
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// How a provider of your own signs, in YAML or JSON
    #[arg(long, value_name = "FILE", requires = "provider")]
    scheme: Option<PathBuf>,
    #[command(flatten)]
    secret: SecretArguments,
    /// A jq expression on the event, or `@file`; one for which it is false or null starts no run
    #[arg(long, value_name = "JQ", requires = "provider")]
    when: Option<String>,
    /// A jq expression from the event to `{message, user_variables}`, or `@file`: all that the flow then sees
    #[arg(long, value_name = "JQ", requires = "provider")]
    mapping: Option<String>,
}

/// Where a secret comes from: never from an argument, which histories and lists of processes keep.
#[derive(Args)]
#[group(multiple = false)]
pub(crate) struct SecretArguments {
    /// A file that holds the secret that the provider shows; `-` is standard input
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    /// The variable of the environment that holds it
    #[arg(long, value_name = "NAME")]
    secret_env: Option<String>,
}

/// What a webhook is to be.
#[derive(Debug)]
pub(super) struct Demand {
    pub(super) verification: Verification,
    /// None where nothing is verified.
    pub(super) secret: Option<Secret>,
    pub(super) when: Option<String>,
    pub(super) mapping: Option<String>,
}

impl WebhookArguments {
    /// The webhook that the flags ask for, if they do. All of it is checked.
    pub(super) fn read(self, kind: Option<Kind>) -> Result<Option<Demand>, Error> {
        let Self { provider, scheme, secret, when, mapping } = self;
        let usage = |text: &str| Err(Error::Usage(text.to_owned()));
        let Some(provider) = provider else {
            return match kind {
                Some(Kind::Webhook) => usage("say who calls: --provider NAME, `custom` or `none`"),
                _ if secret.is_given() => usage("a secret is a webhook's: say --provider"),
                _ => Ok(None),
            };
        };
        if !matches!(kind, None | Some(Kind::Webhook)) {
            return usage("only --kind webhook has a provider");
        }
        let verification = match (&*provider, scheme) {
            ("custom", None) => return usage("--provider custom needs --scheme FILE"),
            ("custom", Some(path)) => Verification::Scheme(scheme_of_file(&path)?.0),
            (_, Some(_)) => {
                return usage("--scheme is for --provider custom: the others have theirs");
            }
            ("none", None) if secret.is_given() => {
                return usage("--provider none verifies nothing, so it has no secret");
            }
            ("none", None) => Verification::UrlTokenAlone,
            (name, None) => {
                scheme_of_name(name)?;
                Verification::Provider(provider)
            }
        };
        let secret = match scheme_of(&verification)? {
            Some(scheme) => Some(secret.read(&scheme)?),
            None => None,
        };
        let when = when.map(|text| jq("--when", text)).transpose()?;
        let mapping = mapping.map(|text| jq("--mapping", text)).transpose()?;
        Ok(Some(Demand { verification, secret, when, mapping }))
    }
}

impl SecretArguments {
    const fn is_given(&self) -> bool {
        self.secret_file.is_some() || self.secret_env.is_some()
    }

    /// The secret, which can verify what `scheme` signs. Without one nothing could be told from a forgery.
    pub(super) fn read(&self, scheme: &Scheme) -> Result<Secret, Error> {
        let secret = match (&self.secret_file, &self.secret_env) {
            (Some(path), _) => read_secret(path)?,
            (None, Some(name)) => secret_of_variable(name)?,
            (None, None) => {
                let text = "the provider signs what it sends, so its secret is needed: --secret-file FILE (`-` is \
                            standard input) or --secret-env NAME";
                return Err(Error::Usage(text.to_owned()));
            }
        };
        match check_secret(scheme, &secret) {
            Ok(()) => Ok(secret),
            Err(fault) => Err(Error::Usage(format!("the secret cannot be used: {fault}"))),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the operator names the variable")]
fn secret_of_variable(name: &str) -> Result<Secret, Error> {
    let value = std::env::var(name);
    value.map(Secret::new).map_err(|_| Error::Usage(format!("the variable `{name}` holds no text")))
}

/// How a webhook's requests are signed; none where they are not.
pub(super) fn scheme_of(verification: &Verification) -> Result<Option<Scheme>, Error> {
    match verification {
        Verification::Provider(name) => scheme_of_name(name).cloned().map(Some),
        Verification::Scheme(text) => Scheme::read(text)
            .map(Some)
            .map_err(|error| Error::because("the trigger's scheme cannot be read", error)),
        Verification::UrlTokenAlone => Ok(None),
    }
}

/// The webhook of a trigger that has one.
pub(super) fn webhook_of(trigger: &Trigger) -> Result<&Webhook, Error> {
    let id = &trigger.id;
    let none = || Error::Failed(format!("the trigger `{id}` has no webhook"));
    trigger.webhook.as_ref().ok_or_else(none)
}

/// An expression that can be evaluated, under the rules for those of flows.
fn jq(flag: &str, given: String) -> Result<String, Error> {
    let (place, text) = match given.strip_prefix('@') {
        None => (flag, given),
        Some(path) => {
            let text = fs::read_to_string(path)
                .map_err(|error| Error::Usage(format!("cannot read `{path}`: {error}")))?;
            (path, text.trim_end().to_owned())
        }
    };
    Expression::compile(&text, &[]).map_err(|error| {
        let before = text.get(..error.offset.unwrap_or_default()).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|letter| *letter != '\n').count() + 1;
        Error::Usage(format!("{place}:{line}:{column}: {error}"))
    })?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    const SCHEME: &str = "\
provider: acme
methods:
  - algorithm: hmac-sha256
    signature: { header: X-Acme, form: bare, encoding: hex }
    signed: '{body}'
    secret: { text: utf8 }
event: [ { text: made } ]
";

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        webhook: WebhookArguments,
    }

    /// What the flags come to, with the files `secret`, `scheme.yaml` and `mapping.jq` of a folder.
    fn read(kind: Option<Kind>, flags: &[&str]) -> Result<Option<Demand>, Error> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("secret", "whsec_quicksilver\n"),
            ("scheme.yaml", SCHEME),
            ("mapping.jq", "{message:\n  .id +}\n"),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let folder = format!("{}/", folder.path().display());
        let flags = flags.iter().map(|flag| flag.replace('~', &folder));
        let line = Line::try_parse_from(["x".to_owned()].into_iter().chain(flags)).unwrap();
        line.webhook.read(kind)
    }

    #[test]
    fn who_calls_decides_how_it_is_verified() {
        let secret = ["--secret-file", "~secret"];
        for (flags, verification) in [
            (vec!["--provider", "stripe"], Verification::Provider("stripe".to_owned())),
            (
                vec!["--provider", "custom", "--scheme", "~scheme.yaml"],
                Verification::Scheme(SCHEME.to_owned()),
            ),
        ] {
            for kind in [None, Some(Kind::Webhook)] {
                let wanted = read(kind, &[&flags[..], &secret].concat()).unwrap().unwrap();
                assert_eq!(wanted.verification, verification);
                assert_eq!(wanted.secret.as_ref().unwrap().expose(), "whsec_quicksilver");
                assert!(!format!("{wanted:?}").contains("quicksilver"));
            }
        }
        let wanted = read(None, &["--provider", "none"]).unwrap().unwrap();
        assert_eq!((wanted.verification, wanted.secret), (Verification::UrlTokenAlone, None));
        assert!(read(None, &[]).unwrap().is_none());
        assert!(read(Some(Kind::Api), &[]).unwrap().is_none());
    }

    #[test]
    fn what_would_not_verify_is_refused() {
        for (kind, flags, told) in [
            (Some(Kind::Webhook), "", "say who calls"),
            (None, "--secret-file ~secret", "say --provider"),
            (Some(Kind::Schedule), "--provider none", "only --kind webhook"),
            (None, "--provider acme", "no provider is called `acme`"),
            (None, "--provider stripe", "its secret is needed"),
            (None, "--provider custom", "needs --scheme"),
            (None, "--provider custom --scheme ~scheme.yaml", "its secret is needed"),
            (None, "--provider custom --scheme ~secret", "secret:1:1: "),
            (None, "--provider stripe --scheme ~scheme.yaml", "--scheme is for"),
            (None, "--provider none --secret-file ~secret", "verifies nothing"),
            (None, "--provider discord --secret-file ~secret", "the secret cannot be used"),
            (None, "--provider stripe --secret-file ~absent", "cannot read"),
            (None, "--provider stripe --secret-env TRIGGER_NO_SUCH_VARIABLE", "holds no text"),
        ] {
            let flags: Vec<_> = flags.split_whitespace().collect();
            let error = read(kind, &flags).unwrap_err();
            assert!(error.to_string().contains(told), "{flags:?}: {error}");
            assert_eq!(error.code(), 2, "{flags:?}");
            assert!(!error.to_string().contains("quicksilver"), "{error}");
        }
    }

    #[test]
    fn an_expression_is_compiled_and_a_fault_has_its_place() {
        let with = |flag: &str, text: &str| read(None, &["--provider", "none", flag, text]);
        let wanted = with("--when", ".type == \"none.made\"").unwrap().unwrap();
        assert_eq!(wanted.when.as_deref(), Some(".type == \"none.made\""));
        for (flag, text, told) in [
            ("--when", ".a | env", "--when:1:6: "),
            ("--when", ".a | $secrets", "--when:1:6: "),
            ("--mapping", "@~mapping.jq", "mapping.jq:2:"),
        ] {
            let error = with(flag, text).unwrap_err().to_string();
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}
