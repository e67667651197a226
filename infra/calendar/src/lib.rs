//! When a schedule fires: reads expressions as people write them, in cron's five fields or as
//! `EventBridge` Scheduler's `cron(…)`, `rate(…)` and `at(…)`, says them as the latter does, and computes
//! firings in time zones. Apart from `shared`, because no function needs it or the zones' data.

mod calendar;
mod cron;
mod days;
mod expression;
mod field;
mod invalid;
mod rate;
mod weekdays;
mod zone;

pub use calendar::Calendar;
pub use expression::Expression;
pub use invalid::Invalid;
pub use zone::Zone;
