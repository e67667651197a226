//! The three forms of an expression.

use std::{fmt, str::FromStr};

use jiff::civil::DateTime;

use crate::{Invalid, cron::Cron, rate::Rate};

/// When a schedule fires, apart from the zone.
///
/// Reads `0 9 * * 1-5`, `@daily`, `cron(0 9 ? * MON-FRI *)`, `rate(5 minutes)` and
/// `at(2026-12-01T09:00:00)`; shows what EventBridge Scheduler reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression(pub(crate) Form);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Cron(Cron),
    Rate(Rate),
    At(DateTime),
}

impl FromStr for Expression {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        let Some((name, rest)) = text.split_once('(') else {
            return Cron::parse_unix(text).map(Form::Cron).map(Self);
        };
        let open = || Invalid::new(format!("`{text}`: a closing bracket is expected at the end"));
        let inside = rest.strip_suffix(')').ok_or_else(open)?;
        let form = match name.trim_end() {
            "cron" => Form::Cron(Cron::parse_aws(inside)?),
            "rate" => Form::Rate(Rate::parse(inside)?),
            "at" => Form::At(at(inside)?),
            other => {
                return Err(Invalid::new(format!(
                    "`{other}(…)`: cron(…), rate(…), at(…) or the five fields of cron are expected"
                )));
            }
        };
        Ok(Self(form))
    }
}

fn at(text: &str) -> Result<DateTime, Invalid> {
    let text = text.trim();
    let read = |format| DateTime::strptime(format, text).ok();
    read("%Y-%m-%dT%H:%M:%S").or_else(|| read("%Y-%m-%dT%H:%M")).ok_or_else(|| {
        Invalid::new(format!(
            "at({text}): a date and a time of day without a zone are expected, as in at(2026-12-01T09:00:00)"
        ))
    })
}

impl fmt::Display for Expression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Cron(cron) => cron.fmt(formatter),
            Form::Rate(rate) => rate.fmt(formatter),
            Form::At(time) => write!(formatter, "at({})", time.strftime("%Y-%m-%dT%H:%M:%S")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_said_as_eventbridge_reads_them() {
        for (text, aws) in [
            ("0 9 * * 1-5", "cron(0 9 ? * MON-FRI *)"),
            ("0 9 * * MON-FRI", "cron(0 9 ? * MON-FRI *)"),
            ("  0\t9 * *  1-5 ", "cron(0 9 ? * MON-FRI *)"),
            ("*/15 * * * *", "cron(0/15 * * * ? *)"),
            ("5/20 8-18/2 * * *", "cron(5/20 8,10,12,14,16,18 * * ? *)"),
            ("0 0 1,15 jan,Jul *", "cron(0 0 1,15 1,7 ? *)"),
            ("0 0 1 */3 ?", "cron(0 0 1 1/3 ? *)"),
            ("0 0 * * 0", "cron(0 0 ? * SUN *)"),
            ("0 0 * * 7", "cron(0 0 ? * SUN *)"),
            ("0 0 * * 5-7", "cron(0 0 ? * SUN,FRI,SAT *)"),
            ("0 0 * * FRI-MON", "cron(0 0 ? * SUN,MON,FRI,SAT *)"),
            ("0 0 * * 0-7", "cron(0 0 ? * SUN-SAT *)"),
            ("0 0 * * */2", "cron(0 0 ? * SUN,TUE,THU,SAT *)"),
            ("0 0 * * 5#2", "cron(0 0 ? * 6#2 *)"),
            ("0 0 * * FRIL", "cron(0 0 ? * 6L *)"),
            ("0 0 L * *", "cron(0 0 L * ? *)"),
            ("0 0 LW * *", "cron(0 0 LW * ? *)"),
            ("0 0 15w * *", "cron(0 0 15W * ? *)"),
            ("*,5 * * * *", "cron(* * * * ? *)"),
            ("@daily", "cron(0 0 * * ? *)"),
            ("@Weekly", "cron(0 0 ? * SUN *)"),
            ("cron(0 9 ? * 2-6 *)", "cron(0 9 ? * MON-FRI *)"),
            ("cron(0 9 ? * 6#2 2026-2028)", "cron(0 9 ? * 6#2 2026-2028)"),
            ("cron(0 9 ? * 6L 2026/2)", "cron(0 9 ? * 6L 2026/2)"),
            ("cron(0 9 ? * L *)", "cron(0 9 ? * SAT *)"),
            ("cron(0 9 ? * * *)", "cron(0 9 * * ? *)"),
            ("rate(1 minutes)", "rate(1 minute)"),
            ("rate( 5  Minute )", "rate(5 minutes)"),
            ("rate(36 hours)", "rate(36 hours)"),
            ("at(2026-12-01T09:00)", "at(2026-12-01T09:00:00)"),
        ] {
            let expression: Expression =
                text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(expression.to_string(), aws, "{text}");
            assert_eq!(aws.parse(), Ok(expression), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_field_and_what_was_expected() {
        for (text, parts) in [
            ("", &["0 fields", "five"][..]),
            ("0 9 * *", &["4 fields", "minute, hour, day of month, month, day of week"]),
            ("0 0 9 * * 1-5", &["6 fields", "cron(…)"]),
            ("60 * * * *", &["minute `60`", "0 to 59"]),
            ("* 24 * * *", &["hour `24`", "0 to 23"]),
            ("* * 0 * *", &["day of month `0`", "1 to 31"]),
            ("* * * 13 *", &["month `13`", "1 to 12 or JAN to DEC"]),
            ("* * * JUNE *", &["month `JUNE`", "JAN to DEC"]),
            ("* * * * 8", &["day of week `8`", "0 to 7 or SUN to SAT"]),
            ("cron(* * ? * 0 *)", &["day of week `0`", "1 to 7"]),
            ("* 22-2 * * *", &["hour `22-2`", "`22-23,0-2`"]),
            ("*/0 * * * *", &["minute `*/0`", "1 to 59"]),
            ("*/x * * * *", &["minute `*/x`", "step"]),
            ("1-2-3 * * * *", &["minute `1-2-3`"]),
            ("1,,2 * * * *", &["minute `1,,2`"]),
            ("+1 * * * *", &["minute `+1`"]),
            ("* * L-3 * *", &["day of month `L-3`", "alone"]),
            ("* * 1,15W * *", &["day of month `1,15W`"]),
            ("* * 32W * *", &["day of month `32W`", "1 to 31"]),
            ("* * * * 5#6", &["day of week `5#6`", "1 to 5"]),
            ("* * * * 1#1,3#2", &["day of week `1#1,3#2`", "nothing more"]),
            ("0 0 13 * 5", &["two triggers", "`0 0 13 * *` and `0 0 * * 5`"]),
            ("cron(0 9 * * * *)", &["day of month `*` and day of week `*`", "`?`"]),
            ("cron(0 9 ? * ? *)", &["says when"]),
            ("cron(0 9 1 * MON *)", &["has to be `?`"]),
            ("cron(0 9 * * ?)", &["5 fields", "six"]),
            ("cron(0 9 * * ? 1969)", &["year `1969`", "1970 to 2199"]),
            ("cron(0 9 * * ? *", &["closing bracket"]),
            ("@reboot", &["@daily"]),
            ("rate(0 minutes)", &["rate `0 minutes`", "from 1"]),
            ("rate(5 seconds)", &["minutes"]),
            ("rate(99999999999999999999 days)", &["rate"]),
            ("rate(1000000 days)", &["rate"]),
            ("at(2026-02-30T09:00:00)", &["at(2026-02-30T09:00:00)", "without a zone"]),
            ("at(2026-12-01T09:00:00Z)", &["without a zone"]),
            ("every(5 minutes)", &["`every(…)`", "rate(…)"]),
        ] {
            let error = text.parse::<Expression>().err().unwrap_or_else(|| panic!("{text}"));
            let told = error.to_string();
            for part in parts {
                assert!(told.contains(part), "{text}: {told}");
            }
        }
    }
}
