//! The flags of a schedule, and what they come to.

use std::time::Duration;

use calendar::{Calendar, Expression, Zone};
use clap::{Args, ValueEnum};
use shared::model::{Environment, Overlap, Schedule, Timestamp, limits};

use super::Kind;
use crate::{duration, error::Error, run::read_input};

/// When a trigger starts its flow by itself.
#[derive(Args)]
#[command(next_help_heading = "Schedule")]
pub(crate) struct ScheduleArguments {
    /// Five fields as in Unix ('0 9 * * 1-5', '@daily'), or EventBridge's 'cron(0 9 ? * MON-FRI *)'
    ///
    /// The fields are minute, hour, day of month, month, day of week; EventBridge's have the year behind them.
    /// Lists (1,2), ranges (1-5), steps (*/5) and names (MON, JAN); `L`, `LW` and `15W` for a day of the month, `5#2`
    /// and `5L` for a day of the week.
    ///
    /// Where the clocks change: a time that they leap over does not fire, one that they show twice fires once. Rates
    /// count hours, whatever the clocks show.
    #[arg(long, value_name = "EXPRESSION", conflicts_with_all = ["rate", "at"])]
    cron: Option<String>,
    /// A period: '5 minutes', '1 hour', '2 days' of 24 hours; the first firing is at once
    #[arg(long, value_name = "PERIOD", conflicts_with = "at")]
    rate: Option<String>,
    /// One moment: 2026-12-01T09:00:00
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// The time zone of the above, from the IANA database: Europe/Berlin [default: UTC]
    #[arg(long, value_name = "ZONE")]
    timezone: Option<String>,
    /// What becomes of a firing while the run of the one before goes on [default: allow]
    #[arg(long)]
    overlap: Option<Overlaps>,
    /// For how long after its time a firing still starts a run: 1m to 24h [default: 1h]
    #[arg(long, value_name = "DURATION", value_parser = catch_up)]
    catch_up: Option<Duration>,
    /// The flow's input: JSON, `@file`, or `-` for standard input; `scheduled_time` is added to it [default: {}]
    #[arg(long, value_name = "JSON")]
    input: Option<String>,
}

/// [`Overlap`] on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Overlaps {
    /// It starts its run all the same
    Allow,
    /// It starts none
    Skip,
}

fn catch_up(text: &str) -> Result<Duration, String> {
    let duration = duration::parse(text)?;
    if limits::CATCH_UP.contains(&duration) {
        Ok(duration)
    } else {
        Err("1m to 24h are expected".to_owned())
    }
}

impl ScheduleArguments {
    /// The schedule that the flags ask for, if they do.
    pub(super) fn schedule(
        self,
        kind: Option<Kind>,
        environment: Environment,
    ) -> Result<Option<Schedule>, Error> {
        let Self { cron, rate, at, timezone, overlap, catch_up, input } = self;
        let named = |name: &str, text: &str| {
            if text.contains('(') { text.to_owned() } else { format!("{name}({text})") }
        };
        // `--cron` takes every form, since those of EventBridge say which they are.
        let expression = cron
            .or_else(|| rate.map(|text| named("rate", &text)))
            .or_else(|| at.map(|text| named("at", &text)));
        let Some(expression) = expression else {
            let has_more =
                timezone.is_some() || overlap.is_some() || catch_up.is_some() || input.is_some();
            return if kind == Some(Kind::Schedule) || has_more {
                Err(Error::Usage("say when: --cron, --rate or --at".to_owned()))
            } else {
                Ok(None)
            };
        };
        let has_none = match kind {
            None | Some(Kind::Schedule) => None,
            Some(Kind::Api) => Some("--kind api has no schedule"),
            Some(Kind::Webhook) => Some("a trigger has a schedule or a webhook: make one for each"),
        };
        if let Some(text) = has_none {
            return Err(Error::Usage(text.to_owned()));
        }
        let faulty = |error: calendar::Invalid| Error::Usage(error.to_string());
        let expression: Expression = expression.parse().map_err(faulty)?;
        let zone = Zone::of(timezone.as_deref().unwrap_or("UTC")).map_err(faulty)?;
        let input = read_input(input.as_deref())?;
        if input.to_string().len() > limits::MAX_SCHEDULE_INPUT_BYTES {
            let most = limits::MAX_SCHEDULE_INPUT_BYTES;
            return Err(Error::Usage(format!("a schedule's input has {most} bytes at most")));
        }
        Ok(Some(Schedule {
            expression: expression.to_string(),
            time_zone: zone.name().to_owned(),
            environment,
            overlap: match overlap {
                Some(Overlaps::Skip) => Overlap::Skip,
                Some(Overlaps::Allow) | None => Overlap::Allow,
            },
            catch_up_s: catch_up.unwrap_or(limits::DEFAULT_CATCH_UP).as_secs(),
            input,
        }))
    }
}

/// The calendar of a schedule that was made at `since`.
pub(super) fn calendar(schedule: &Schedule, since: Timestamp) -> Result<Calendar, Error> {
    let unreadable = |error| Error::because("the schedule cannot be read", error);
    let expression = schedule.expression.parse().map_err(unreadable)?;
    let zone = Zone::of(&schedule.time_zone).map_err(unreadable)?;
    Calendar::new(&expression, zone, since).map_err(unreadable)
}
