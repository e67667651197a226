//! From the flags to the answer.

use shared::{
    auth,
    clock::Clock,
    model::{Timestamp, Trigger},
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
    visit::Visit,
};
use crate::{
    arguments::Global, connect::Connection, error::Error, output::Output, trigger,
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
    let Some(wanted) = &arguments.trigger else {
        let url = arguments.url.clone().unwrap_or_default();
        return play(&arguments, target::by_flags(&arguments)?, url, output).await;
    };
    let connection = Connection::open(global)?;
    let trigger = trigger::find(&connection, wanted).await?;
    let target = target::by_trigger(&arguments, &connection, &trigger).await?;
    if let Some(url) = arguments.url.clone() {
        return play(&arguments, target, url, output).await;
    }
    let base = base_url(&connection)?;
    if let Some(token) = &arguments.token {
        return play(&arguments, target, address(base, token, &trigger), output).await;
    }
    if arguments.dry_run {
        return Err(Error::Usage("--dry-run changes nothing: say --url or --token".to_owned()));
    }
    let (visit, token) = Visit::begin(&connection, &trigger).await?;
    let played = play(&arguments, target, address(base, &token, &trigger), output).await;
    visit.end().await;
    played
}

fn base_url(connection: &Connection) -> Result<&str, Error> {
    let unsaid = || {
        Error::Usage(
            "say where the API is: --base-url with the stack's output ApiUrl, or --url with the trigger's address"
                .to_owned(),
        )
    };
    connection.base_url.as_deref().ok_or_else(unsaid)
}

/// Where a trigger is called.
fn address(base: &str, token: &str, trigger: &Trigger) -> String {
    format!("{base}/ext/webhook/{token}/triggers/{}", trigger.id)
}

async fn play(
    arguments: &Arguments,
    target: Target,
    url: String,
    output: Output,
) -> Result<(), Error> {
    let signed = signed(arguments, &target, url)?;
    if arguments.dry_run {
        return output.answer(&Recorded::of(&signed)?);
    }
    let responses = deliver(&signed, arguments.repeat).await?;
    let Faults { bad_signature, stale } = arguments.faults;
    let expected = if bad_signature || stale { Expected::Refused } else { Expected::Accepted };
    let event = arguments.event.clone();
    let delivered = Delivered::new(&signed.url, target.provider, event, &responses, expected);
    output.answer(&delivered)?;
    if delivered.is_as_expected() { Ok(()) } else { Err(Error::Shown(1)) }
}

fn signed(arguments: &Arguments, target: &Target, url: String) -> Result<Signed, Error> {
    let Faults { bad_signature, stale } = arguments.faults;
    let now = match arguments.now {
        Some(seconds) => Timestamp::from_millis(seconds.saturating_mul(1000)),
        None => Clock::system().now(),
    };
    let random = auth::random().map_err(|error| Error::because("no id could be made up", error))?;
    let unsigned = event(arguments, &target.provider, url, random, now)?;
    let Some(Signing { scheme, key }) = &target.signing else {
        if bad_signature || stale {
            return Err(Error::Usage("nothing is signed that could be wrong".to_owned()));
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
