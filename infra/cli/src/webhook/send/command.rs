//! From the flags to the answer.

use shared::{auth, clock::Clock, model::Timestamp, webhook::Signed};

use super::{
    Arguments,
    answer::{Delivered, Expected},
    deliver::deliver,
    event::event,
    list::List,
    sign::{sign, spoil, too_long_ago},
    target::{self, Target},
};
use crate::{arguments::Global, error::Error, output::Output, webhook::request::Recorded};

/// Sends, or shows what would be sent; ends with code 1 where the answer is not what it should be.
pub(in crate::webhook) async fn send(
    arguments: Arguments,
    _global: &Global,
    output: Output,
) -> Result<(), Error> {
    if arguments.list {
        return output.answer(&List::of(&arguments.provider)?);
    }
    let url = arguments.url.clone().unwrap_or_default();
    let target = target::by_url(&arguments, url)?;
    let signed = signed(&arguments, &target)?;
    if arguments.dry_run {
        return output.answer(&Recorded::of(&signed)?);
    }
    let responses = deliver(&signed, arguments.repeat).await?;
    let expected = if arguments.faults.bad_signature || arguments.faults.stale {
        Expected::Refused
    } else {
        Expected::Accepted
    };
    let provider = target.scheme.provider.to_string();
    let delivered = Delivered::new(&signed.url, provider, arguments.event, &responses, expected);
    output.answer(&delivered)?;
    if delivered.is_as_expected() { Ok(()) } else { Err(Error::Shown(1)) }
}

fn signed(arguments: &Arguments, target: &Target) -> Result<Signed, Error> {
    let Target { url, scheme, key } = target;
    let now = match arguments.now {
        Some(seconds) => Timestamp::from_millis(seconds.saturating_mul(1000)),
        None => Clock::system().now(),
    };
    let random = auth::random().map_err(|error| Error::because("no id could be made up", error))?;
    let unsigned = event(arguments, scheme.provider.as_str(), url.clone(), random, now)?;
    let signed_at = if arguments.faults.stale { too_long_ago(scheme, now)? } else { now };
    let mut signed = sign(scheme, key, unsigned, signed_at)?;
    if arguments.faults.bad_signature {
        spoil(scheme, &mut signed)?;
    }
    Ok(signed)
}
