//! A field of a cron expression that holds numbers: lists of values, ranges and steps.

use std::fmt::Write as _;

use crate::Invalid;

/// What a field may hold.
pub(crate) struct Kind {
    /// What it is called in messages.
    pub(crate) name: &'static str,
    pub(crate) least: u16,
    pub(crate) most: u16,
    /// Names of the values, from the least on.
    pub(crate) names: &'static [&'static str],
}

/// One item of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    /// `*`
    All,
    /// `5`
    One(u16),
    /// `1-5`, `10-40/10`; where the end is before the start it goes around.
    Range { from: u16, to: u16, step: u16 },
    /// `5/15`, and `*/15` with the least as its start: to the end of the field.
    Step { from: u16, step: u16 },
}

/// The values of a field, as items and one by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    items: Vec<Item>,
    most: u16,
}

impl Kind {
    fn invalid(&self, text: &str, expected: impl std::fmt::Display) -> Invalid {
        Invalid::field(self.name, text, expected)
    }

    /// Reads a field whose ranges go upwards.
    pub(crate) fn parse(&self, text: &str) -> Result<Field, Invalid> {
        let items = self.items(text)?;
        for item in &items {
            if let Item::Range { from, to, .. } = *item
                && from > to
            {
                let (most, least) = (self.most, self.least);
                let hint = format!("a range goes upwards; write `{from}-{most},{least}-{to}`");
                return Err(self.invalid(text, hint));
            }
        }
        // Whatever stands beside it, `*` is everything.
        if items.contains(&Item::All) {
            return Ok(Field { items: vec![Item::All], most: self.most });
        }
        let plain = items.into_iter().flat_map(Item::without_stepped_range);
        Ok(Field { items: plain.collect(), most: self.most })
    }

    /// Reads a list.
    pub(crate) fn items(&self, text: &str) -> Result<Vec<Item>, Invalid> {
        text.split(',').map(|item| self.item(text, item)).collect()
    }

    /// Reads one item. `text` is the whole field, for messages.
    fn item(&self, text: &str, item: &str) -> Result<Item, Invalid> {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some(self.step(text, step)?)),
            None => (item, None),
        };
        if range == "*" {
            return Ok(step.map_or(Item::All, |step| Item::Step { from: self.least, step }));
        }
        match (range.split_once('-'), step) {
            (Some((from, to)), step) => {
                let (from, to) = (self.value(text, from)?, self.value(text, to)?);
                Ok(Item::Range { from, to, step: step.unwrap_or(1) })
            }
            (None, Some(step)) => Ok(Item::Step { from: self.value(text, range)?, step }),
            (None, None) => Ok(Item::One(self.value(text, range)?)),
        }
    }

    fn step(&self, text: &str, step: &str) -> Result<u16, Invalid> {
        let number = number(step).filter(|step| (1..=self.most).contains(step));
        number.ok_or_else(|| self.invalid(text, format!("a step is 1 to {}", self.most)))
    }

    /// Reads one value, by its number or its name.
    pub(crate) fn value(&self, text: &str, value: &str) -> Result<u16, Invalid> {
        let by_name = || {
            let names = self.names.iter();
            let index = names.clone().position(|name| name.eq_ignore_ascii_case(value))?;
            u16::try_from(index).ok().map(|index| index + self.least)
        };
        let within = |number: &u16| (self.least..=self.most).contains(number);
        number(value).filter(within).or_else(by_name).ok_or_else(|| {
            let mut expected = format!("{} to {}", self.least, self.most);
            if let (Some(first), Some(last)) = (self.names.first(), self.names.last()) {
                // Writing to a string cannot fail.
                let _ = write!(expected, " or {first} to {last}");
            }
            self.invalid(text, format!("{expected}, in lists (1,2), ranges (1-5) and steps (*/2)"))
        })
    }
}

/// Digits only: `+5` is no number of a cron expression.
fn number(text: &str) -> Option<u16> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

impl Field {
    /// As EventBridge reads it.
    pub(crate) fn to_aws(&self) -> String {
        let item = |item: &Item| match *item {
            Item::All => "*".to_owned(),
            Item::One(value) => value.to_string(),
            Item::Range { from, to, .. } => format!("{from}-{to}"),
            Item::Step { from, step } => format!("{from}/{step}"),
        };
        self.items.iter().map(item).collect::<Vec<_>>().join(",")
    }

    /// Every value, or `*`.
    pub(crate) fn to_plain(&self) -> String {
        match self.items.as_slice() {
            [Item::All] => "*".to_owned(),
            items => {
                let values = items.iter().flat_map(|item| item.values(self.most));
                values.map(|value| value.to_string()).collect::<Vec<_>>().join(",")
            }
        }
    }
}

impl Item {
    /// A range with a step is written out: EventBridge does not say that it reads one.
    fn without_stepped_range(self) -> Vec<Self> {
        match self {
            Self::Range { to, step: 2.., .. } => self.values(to).map(Self::One).collect(),
            other => vec![other],
        }
    }

    /// The values, upwards; none of `*` and of a range that goes around.
    pub(crate) fn values(self, most: u16) -> impl Iterator<Item = u16> {
        let (from, to, step) = match self {
            Self::All => (1, 0, 1),
            Self::One(value) => (value, value, 1),
            Self::Range { from, to, step } => (from, to, step),
            Self::Step { from, step } => (from, most, step),
        };
        (from..=to).step_by(usize::from(step))
    }
}
