//! `webhook verify`.

use std::path::PathBuf;

use clap::Args;
use shared::{
    clock::Clock,
    model::Timestamp,
    webhook::{self, Delivery, Refusal, Scheme, check_secret, inspect},
};

use super::{
    report::{Outcome, Report},
    request::Recorded,
    scheme::{scheme_of_file, scheme_of_name},
    secret::Secrets,
};
use crate::{error::Error, output::Output};

/// What to verify, and how.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Who sent it: a provider's name, or `custom` with --scheme
    #[arg(long, value_name = "NAME", required_unless_present = "scheme")]
    provider: Option<String>,
    /// The scheme of a provider of your own, in YAML or JSON
    #[arg(long, value_name = "FILE")]
    scheme: Option<PathBuf>,
    #[command(flatten)]
    secrets: Secrets,
    /// The time to verify with, in seconds since 1970 [default: the clock's]
    #[arg(long, value_name = "UNIX")]
    now: Option<u64>,
    /// The request in JSON, `{method, url, headers, body}`; `-` is standard input
    #[arg(value_name = "REQUEST.json")]
    request: PathBuf,
}

/// Shows what was looked for and found, and ends with code 1 where the request is refused.
pub(super) fn verify(arguments: &Arguments, output: Output) -> Result<(), Error> {
    if arguments.secrets.take_stdin() && arguments.request.as_os_str() == "-" {
        let message = "standard input holds the secret or the request, not both";
        return Err(Error::Usage(message.to_owned()));
    }
    let scheme = arguments.scheme()?;
    let secrets = arguments.secrets.read()?;
    let recorded = Recorded::read(&arguments.request)?;
    let headers = recorded.headers()?;
    let request = recorded.request(&headers);
    let now = match arguments.now {
        Some(seconds) => Timestamp::from_millis(seconds.saturating_mul(1000)),
        None => Clock::system().now(),
    };
    let outcome = webhook::verify(&scheme, &secrets, &request, now);
    // Of several secrets, what is said holds for the one that verified, else for the first.
    let index = outcome.as_ref().map_or(0, webhook::Verified::secret_index);
    let secret = secrets.get(index).ok_or_else(|| Error::Usage("no secret".to_owned()))?;
    let findings = inspect(&scheme, secret, &request, now).unwrap_or_default();
    // Then the refusal has said it already.
    let unusable = matches!(outcome, Err(Refusal::UnusableSecret(_)));
    let outcome = match &outcome {
        Ok(verified) => Outcome::accepted(Delivery::read(&scheme, verified, &request, now)),
        Err(refusal) => Outcome::refused(refusal, &scheme),
    };
    let accepted = outcome.is_accepted();
    let weakness = check_secret(&scheme, secret).err().filter(|_| !unusable);
    output.answer(&Report::new(&scheme, outcome, findings, weakness.as_ref()))?;
    if accepted { Ok(()) } else { Err(Error::Shown(1)) }
}

impl Arguments {
    fn scheme(&self) -> Result<Scheme, Error> {
        if let Some(path) = &self.scheme {
            if !matches!(self.provider.as_deref(), None | Some("custom")) {
                let message = "--scheme is for --provider custom: the others have theirs";
                return Err(Error::Usage(message.to_owned()));
            }
            return Ok(scheme_of_file(path)?.1);
        }
        let provider = self.provider.as_deref().unwrap_or_default();
        scheme_of_name(provider).cloned()
    }
}
