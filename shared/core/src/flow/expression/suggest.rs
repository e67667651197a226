//! The closest known name to a misspelt one. It knows words only.

/// Longer names are no slips of the pen.
const LONGEST_NAME_BYTES: usize = 64;

/// The candidate that differs least from `name`, if it is close enough to be what was meant.
pub(super) fn closest<'a>(
    name: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    if name.len() > LONGEST_NAME_BYTES {
        return None;
    }
    let tolerance = name.chars().count().div_ceil(3).min(3);
    candidates
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= tolerance)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.chars().count()).collect();
    for (line, a) in left.chars().enumerate() {
        let mut diagonal = line;
        let mut before = line + 1;
        let mut next = vec![before];
        for (b, above) in right.chars().zip(row.iter().skip(1)) {
            before = (before + 1).min(above + 1).min(diagonal + usize::from(a != b));
            diagonal = *above;
            next.push(before);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transposed_or_missing_letter_finds_its_name() {
        let known = ["length", "select", "map", "ascii_downcase"];
        assert_eq!(closest("lenght", known.into_iter()), Some("length"));
        assert_eq!(closest("ascii_downcas", known.into_iter()), Some("ascii_downcase"));
        assert_eq!(closest("frobnicate", known.into_iter()), None);
    }
}
