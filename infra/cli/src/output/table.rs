//! Columns for people.

use super::printable;

/// Rows under a header, as wide as their widest cell.
pub(crate) struct Table<const N: usize> {
    header: [&'static str; N],
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    /// No rows yet.
    pub(crate) const fn new(header: [&'static str; N]) -> Self {
        Self { header, rows: Vec::new() }
    }

    /// With these rows. `nothing` is said where there are none.
    pub(crate) fn render(
        mut self,
        rows: impl Iterator<Item = [String; N]>,
        nothing: &str,
    ) -> String {
        self.rows.extend(rows.map(|row| row.map(|cell| printable(&cell))));
        if self.rows.is_empty() {
            return format!("{nothing}\n");
        }
        let header = self.header.map(str::to_owned);
        let mut widths = [0; N];
        for row in self.rows.iter().chain([&header]) {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let mut text = String::new();
        for row in [&header].into_iter().chain(&self.rows) {
            push_line(&mut text, row.iter().map(String::as_str).zip(widths));
        }
        text
    }
}

/// One `name  value` a line.
pub(crate) fn facts(facts: &[(&str, String)]) -> String {
    let width = facts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    for (name, value) in facts {
        let value = printable(value);
        push_line(&mut text, [(*name, width), (&value, 0)].into_iter());
    }
    text
}

fn push_line<'a>(text: &mut String, cells: impl Iterator<Item = (&'a str, usize)>) {
    let start = text.len();
    for (cell, width) in cells {
        text.push_str(cell);
        let missing = width.saturating_sub(cell.chars().count());
        text.extend(std::iter::repeat_n(' ', missing + 2));
    }
    let end = text.get(start..).map_or(start, |line| start + line.trim_end().len());
    text.truncate(end);
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["hello", "DEV"], ["ä", ""]].map(|row| row.map(str::to_owned));
        let text = Table::new(["NAME", "ENVIRONMENTS"]).render(rows.into_iter(), "nothing");
        assert_eq!(text, "NAME   ENVIRONMENTS\nhello  DEV\nä\n");
    }

    #[test]
    fn an_empty_table_says_so() {
        assert_eq!(Table::new(["NAME"]).render([].into_iter(), "No triggers."), "No triggers.\n");
    }

    #[test]
    fn facts_stand_below_each_other() {
        let text = facts(&[("Run", "1".to_owned()), ("Status", "completed".to_owned())]);
        assert_eq!(text, "Run     1\nStatus  completed\n");
    }

    #[test]
    fn stored_text_cannot_steer_the_terminal() {
        let text = facts(&[("Name", "a\u{1b}[2Jb\nc".to_owned())]);
        assert_eq!(text, "Name  a\u{fffd}[2Jb\u{fffd}c\n");
    }
}
