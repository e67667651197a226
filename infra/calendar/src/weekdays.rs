//! The field day of week. Unix counts from 0, which is Sunday as 7 is; EventBridge from 1, which is Sunday too.

use std::fmt;

use crate::{
    Invalid,
    field::{Item, Kind},
};

const NAMES: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// How days are numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Numbering {
    Unix,
    EventBridge,
}

/// Days of the week. Sunday is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weekdays {
    /// Those whose bit is set.
    Each(u8),
    /// `FRI#2`: the second Friday of the month.
    Nth { day: u16, number: u16 },
    /// `FRIL`: the last Friday of the month.
    Last { day: u16 },
}

impl Numbering {
    const fn kind(self) -> Kind {
        let least = match self {
            Self::Unix => 0,
            Self::EventBridge => 1,
        };
        Kind { name: "day of week", least, most: 7, names: &NAMES }
    }

    fn day(self, value: u16) -> u16 {
        (value - self.kind().least) % 7
    }
}

impl Weekdays {
    /// Reads the field.
    pub(crate) fn parse(text: &str, numbering: Numbering) -> Result<Self, Invalid> {
        let kind = numbering.kind();
        let upper = text.to_ascii_uppercase();
        if upper == "L" {
            // The last day of the week.
            return Ok(Self::Each(1 << 6));
        }
        if let Some((day, number)) = upper.split_once('#') {
            let day = numbering.day(kind.value(text, day)?);
            let number = number.parse().ok().filter(|number| (1..=5).contains(number));
            let expected = "behind `#` stands which one of the month, 1 to 5, and nothing more";
            let number = number.ok_or_else(|| Invalid::field(kind.name, text, expected))?;
            return Ok(Self::Nth { day, number });
        }
        if let Some(day) = upper.strip_suffix('L') {
            return Ok(Self::Last { day: numbering.day(kind.value(text, day)?) });
        }
        let mut days = 0;
        for item in kind.items(text)? {
            for day in numbering.days(item) {
                days |= 1 << day;
            }
        }
        Ok(Self::Each(days))
    }

    /// As croner reads it: Sunday is 0.
    pub(crate) fn to_plain(self) -> String {
        match self {
            Self::Each(_) => {
                let days = (0..7).filter(|day| self.has(*day)).map(|day| day.to_string());
                days.collect::<Vec<_>>().join(",")
            }
            Self::Nth { day, number } => format!("{day}#{number}"),
            Self::Last { day } => format!("{day}L"),
        }
    }

    const fn has(self, day: u16) -> bool {
        matches!(self, Self::Each(days) if days >> day & 1 == 1)
    }
}

impl Numbering {
    /// The days of an item, some of them twice. A range may go around the week's end.
    fn days(self, item: Item) -> Vec<u16> {
        match item {
            Item::All => (0..7).collect(),
            Item::Range { from, to, step } => {
                let from = self.day(from);
                // `0-7` is a range up to Sunday, not Sunday alone.
                let to = if to == 7 && self == Self::Unix { 7 } else { self.day(to) };
                let to = if to < from { to + 7 } else { to };
                let days = Item::Range { from, to, step }.values(6);
                days.map(|day| day % 7).collect()
            }
            Item::One(value) => vec![self.day(value)],
            Item::Step { from, step } => {
                Item::Step { from: self.day(from), step }.values(6).collect()
            }
        }
    }
}

/// As EventBridge reads it: names where it is documented to take them, its own numbers elsewhere.
impl fmt::Display for Weekdays {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nth { day, number } => write!(formatter, "{}#{number}", day + 1),
            Self::Last { day } => write!(formatter, "{}L", day + 1),
            Self::Each(_) => {
                let mut runs: Vec<(usize, usize)> = Vec::new();
                for (day, number) in (0..7).zip(0_u16..) {
                    match runs.last_mut() {
                        _ if !self.has(number) => {}
                        Some((_, last)) if *last + 1 == day => *last = day,
                        _ => runs.push((day, day)),
                    }
                }
                let name = |day: usize| NAMES.get(day).copied().unwrap_or_default();
                let runs = runs.into_iter().map(|(first, last)| match last - first {
                    0 => name(first).to_owned(),
                    1 => format!("{},{}", name(first), name(last)),
                    _ => format!("{}-{}", name(first), name(last)),
                });
                formatter.write_str(&runs.collect::<Vec<_>>().join(","))
            }
        }
    }
}
