//! From the flags to the answer.

use shared::{
    auth,
    clock::Clock,
    model::Timestamp,
    webhook::{Signed, Unsigned},
};

use super::{
    Arguments,
    answer::{Delivered, Expected},
    arguments::Faults,
    deliver::deliver,
    event::event,
    list::List,
    sign::{sign, spoil, too_long_ago},
    target::{self, Signing, Target},
};
use crate::{
    arguments::Global, connect::Connection, error::Error, output::Output,
    webhook::request::Recorded,
};

/// Sends, or shows what would be sent; ends with code 1 where the answer is not what it should be.
pub(in crate::webhook) async fn send(
    arguments: Arguments,
    global: &Global,
    output: Output,
) -> Result<(), Error> {
    if arguments.list {
        return output.answer(&List::of(&arguments.provider)?);
    }
    let target = match &arguments.trigger {
        Some(wanted) => {
            let connection = Connection::open(global)?;
            target::by_trigger(&arguments, &connection, wanted).await?
        }
        None => target::by_flags(&arguments)?,
    };
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
    let (provider, event) = (target.provider, arguments.event);
    let delivered = Delivered::new(&signed.url, provider, event, &responses, expected);
    output.answer(&delivered)?;
    if delivered.is_as_expected() { Ok(()) } else { Err(Error::Shown(1)) }
}

fn signed(arguments: &Arguments, target: &Target) -> Result<Signed, Error> {
    let Target { url, provider, signing } = target;
    let Faults { bad_signature, stale } = arguments.faults;
    let now = match arguments.now {
        Some(seconds) => Timestamp::from_millis(seconds.saturating_mul(1000)),
        None => Clock::system().now(),
    };
    let random = auth::random().map_err(|error| Error::because("no id could be made up", error))?;
    let unsigned = event(arguments, provider, url.clone(), random, now)?;
    let Some(Signing { scheme, key }) = signing else {
        if bad_signature || stale {
            return Err(Error::Usage(
                "the trigger asks for no signature that could be wrong".to_owned(),
            ));
        }
        let Unsigned { method, url, headers, body, .. } = unsigned;
        return Ok(Signed { method, url, headers, body });
    };
    let signed_at = if stale { too_long_ago(scheme, now)? } else { now };
    let mut signed = sign(scheme, key, unsigned, signed_at)?;
    if bad_signature {
        spoil(scheme, &mut signed)?;
    }
    Ok(signed)
}
