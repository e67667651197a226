//! Random expressions against `croniter`, which knows nothing of ours: as people write them, and in the
//! form that EventBridge is given, over a year and in several zones.
#![cfg(test)]

use std::{
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
};

use calendar::{Calendar, Expression, Zone};
use serde::{Deserialize, Serialize};
use shared_core::model::Timestamp;

const ZONES: [&str; 6] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
];

const EXPRESSIONS: usize = 300;

/// 2026-01-01T00:00:00Z.
const START_S: u64 = 1_767_225_600;
const DAY_S: u64 = 24 * 3600;
const YEAR_S: u64 = 365 * DAY_S;

/// Firings of one expression that are compared, at most: a minute's would be half a million.
const MOST: usize = 200;

/// The same numbers each time (xorshift, G. Marsaglia 2003), so that a failure comes again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn pick<'a>(&mut self, texts: &[&'a str]) -> &'a str {
        texts[usize::try_from(self.below(texts.len() as u64)).unwrap()]
    }

    fn item(&mut self, least: u64, most: u64) -> String {
        // croniter takes a range of one value with a step for the whole field.
        let from = least + self.below(most - least);
        let to = from + 1 + self.below(most - from);
        let step = 1 + self.below((most - least).min(20));
        match self.below(5) {
            0 | 1 => from.to_string(),
            2 => format!("{from}-{to}"),
            3 => format!("{from}-{to}/{step}"),
            _ => format!("*/{step}"),
        }
    }

    fn field(&mut self, least: u64, most: u64) -> String {
        let items = 1 + self.below(3);
        (0..items).map(|_| self.item(least, most)).collect::<Vec<_>>().join(",")
    }

    fn or_any(&mut self, least: u64, most: u64) -> String {
        if self.below(2) == 0 { "*".to_owned() } else { self.field(least, most) }
    }

    fn expression(&mut self) -> String {
        let (minute, hour) = (self.or_any(0, 59), self.or_any(0, 23));
        let month = match self.below(4) {
            0 => self.pick(&["JAN", "feb,AUG", "Mar-May", "6-dec/2"]).to_owned(),
            _ => self.or_any(1, 12),
        };
        let (day, weekday) = match self.below(6) {
            0 | 1 => (self.field(1, 31), "*".to_owned()),
            2 => ("L".to_owned(), "*".to_owned()),
            3 => ("*".to_owned(), format!("{}#{}", self.below(8), 1 + self.below(5))),
            4 => {
                let names =
                    ["MON-FRI", "sun", "sat,SUN", "5-7", "0-7", "Tue-thu,7", "*/2", "1-5/2"];
                ("*".to_owned(), self.pick(&names).to_owned())
            }
            _ => ("*".to_owned(), format!("{}L", self.below(7))),
        };
        format!("{minute} {hour} {day} {month} {weekday}")
    }
}

#[derive(Serialize)]
struct Case {
    unix: String,
    aws: String,
    zone: &'static str,
    start: u64,
    end: u64,
    #[serde(skip)]
    ours: Vec<u64>,
}

#[derive(Deserialize)]
struct Answer {
    unix: Vec<u64>,
    aws: Vec<u64>,
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

fn case(unix: String, zone: &'static str, start: u64) -> Case {
    let expression: Expression = unix.parse().unwrap_or_else(|error| panic!("{unix}: {error}"));
    let calendar = Calendar::new(&expression, Zone::of(zone).unwrap(), at(0)).unwrap();
    let ours = calendar.after(at(start)).map(Timestamp::as_secs);
    let ours: Vec<_> = ours.take_while(|time| *time <= start + YEAR_S).take(MOST).collect();
    let end = if ours.len() == MOST { ours[MOST - 1] } else { start + YEAR_S };
    Case { unix, aws: expression.to_string(), zone, start, end, ours }
}

/// Around a change of the clocks, croniter has a rule of its own; ours has tests of its own.
fn away_from_changes(times: &[u64], zone: &Zone) -> Vec<u64> {
    let offset = |time: u64| zone.show(at(time)).split_off("Mon 2026-03-02 09:00:00 ".len());
    let is_away = |time: &&u64| offset(**time - DAY_S) == offset(**time + DAY_S);
    times.iter().filter(is_away).copied().collect()
}

fn judge(cases: &[Case], python: &PathBuf) -> Vec<Answer> {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle.py");
    let mut command = Command::new(python);
    command.arg(program).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // The program reads everything before it answers anything.
    child.stdin.take().unwrap().write_all(&serde_json::to_vec(cases).unwrap()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the oracle failed");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn random_expressions_fire_when_croniter_says() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let python = root.join("target/tools/oracle/bin/python");
    if !python.exists() {
        println!("skipped: `tests/tools/install oracle` makes the interpreter that this needs");
        return;
    }
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    let cases: Vec<_> = (0..EXPRESSIONS)
        .map(|number| {
            let start = START_S + dice.below(YEAR_S / 60) * 60 + dice.below(60);
            case(dice.expression(), ZONES[number % ZONES.len()], start)
        })
        .collect();
    let answers = judge(&cases, &python);
    assert_eq!(answers.len(), cases.len());
    let mut compared = 0;
    for (case, answer) in cases.iter().zip(&answers) {
        let Case { unix, aws, zone, start, ours, .. } = case;
        let rules = Zone::of(zone).unwrap();
        let ours = away_from_changes(ours, &rules);
        for (expression, theirs) in [(unix, &answer.unix), (aws, &answer.aws)] {
            let theirs = away_from_changes(theirs, &rules);
            let shown = |times: &[u64], other: &[u64]| {
                let only = times.iter().filter(|time| !other.contains(time));
                only.take(5).map(|time| rules.show(at(*time))).collect::<Vec<_>>()
            };
            assert!(
                ours == theirs,
                "{unix} as {expression} in {zone} after {start}: only ours {:?}, only croniter's {:?}",
                shown(&ours, &theirs),
                shown(&theirs, &ours),
            );
        }
        compared += ours.len();
    }
    println!("{compared} firings of {} expressions compared", cases.len());
    assert!(compared > 10_000, "only {compared} firings were compared");
}
