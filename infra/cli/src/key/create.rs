//! `key create`.

use std::time::Duration;

use clap::Args;
use shared::{
    auth::{self, Key, KeyToken, Scope, Scopes},
    model::{Environment, Frequency, Rate, Timestamp, TriggerId, WorkspaceId},
    store::{Store, config::Put},
};

use crate::{
    duration,
    environments::{self, Wanted},
    error::Error,
    limit::{self, Wanted as Limit},
    trigger::readable_name,
};

/// What a new key may do.
#[derive(Args)]
pub(crate) struct Arguments {
    /// What people call it
    #[arg(long, value_parser = readable_name)]
    name: String,
    /// What it may be used for: `read_flows`, `trigger`, `read_results`, `cancel` [default: all]
    #[arg(long, value_delimiter = ',', value_parser = scope)]
    scope: Vec<Scope>,
    /// Where it may be used: DEV, UAT, PROD [default: all]
    #[arg(long, value_delimiter = ',', value_name = "ENVIRONMENT")]
    env: Vec<Wanted>,
    /// The triggers it may start and whose runs it may see, by id [default: all]
    #[arg(long, value_delimiter = ',', value_name = "ID")]
    trigger: Vec<TriggerId>,
    /// When it stops working, from now: 12h, 90d [default: never]
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    expires_in: Option<Duration>,
    /// How often it may start a run: `10/s`, `100/min` [default: unlimited]
    #[arg(long)]
    rate: Option<Limit<Frequency>>,
    /// How many it may start at once after a pause [default: the rate's number]
    #[arg(long, value_name = "COUNT", requires = "rate")]
    burst: Option<u32>,
}

fn scope(text: &str) -> Result<Scope, String> {
    let named = Scope::ALL.into_iter().find(|scope| scope.as_str() == text);
    named.ok_or_else(|| {
        let words: Vec<_> = Scope::ALL.into_iter().map(Scope::as_str).collect();
        format!("one of {} is expected", words.join(", "))
    })
}

/// What a key that is not yet made will allow.
pub(crate) struct Grant {
    /// Whose it is.
    pub(crate) workspace: WorkspaceId,
    /// What people call it.
    pub(crate) name: String,
    /// What it may be used for.
    pub(crate) scopes: Scopes,
    /// Where; everywhere when absent.
    pub(crate) environments: Option<Vec<Environment>>,
    /// For which triggers; for all when absent.
    pub(crate) triggers: Option<Vec<TriggerId>>,
    /// Until when.
    pub(crate) expires_at: Option<Timestamp>,
    /// How often; unlimited when absent.
    pub(crate) rate: Option<Rate>,
}

impl Grant {
    /// What the command line asks for. What it leaves out is not limited.
    pub(super) fn of(
        arguments: Arguments,
        workspace: WorkspaceId,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let Arguments { name, scope, env, trigger, expires_in, rate, burst } = arguments;
        let rate = rate.map(|rate| limit::rate(rate, burst)).transpose()?;
        Ok(Self {
            workspace,
            name,
            scopes: if scope.is_empty() { Scopes::all() } else { scope.into_iter().collect() },
            environments: (!env.is_empty()).then(|| environments::named(&env)),
            triggers: (!trigger.is_empty()).then_some(trigger),
            expires_at: expires_in.map(|duration| now.after(duration)),
            rate: rate.and_then(Limit::limit),
        })
    }
}

/// Makes a key and stores its hash.
pub(crate) async fn create(
    store: &Store,
    grant: Grant,
    now: Timestamp,
) -> Result<(Key, KeyToken), Error> {
    let random = auth::random().map_err(|error| Error::because("no key could be made", error))?;
    let token = KeyToken::generate(random);
    let Grant { workspace, name, scopes, environments, triggers, expires_at, rate } = grant;
    let key = Key {
        id: token.id(),
        workspace,
        name,
        hash: token.hash(),
        scopes,
        environments,
        triggers,
        rate,
        created_at: now,
        expires_at,
        revoked_at: None,
        last_used_at: None,
    };
    match store.put_key(&key).await? {
        Put::Done => Ok((key, token)),
        // One in 2^64; the next try has another id.
        Put::Taken => Err(Error::Failed("the key's id is taken: try again".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_have_names() {
        assert_eq!(scope("read_results"), Ok(Scope::ReadResults));
        assert!(scope("admin").unwrap_err().contains("read_flows, trigger"));
    }
}
