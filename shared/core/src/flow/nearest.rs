//! The known word closest to a misspelt one.

/// Longer words are not compared: the comparison takes time by the product of both lengths.
const MAX_COMPARED_BYTES: usize = 32;

/// The one of `known` that `word` was probably meant to be.
pub(in crate::flow) fn closest<'k>(
    word: &str,
    known: impl IntoIterator<Item = &'k str>,
) -> Option<&'k str> {
    if word.len() > MAX_COMPARED_BYTES {
        return None;
    }
    let tolerance = word.chars().count().div_ceil(3).min(3);
    known
        .into_iter()
        .filter(|candidate| candidate.len() <= MAX_COMPARED_BYTES && *candidate != word)
        .map(|candidate| (distance(&word.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= tolerance)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `a`, `b` or `c`.
pub(in crate::flow) fn one_of(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.as_slice() {
        [] => String::from("nothing"),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// Levenshtein distance, two neighbours in each other's place counted once.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut two_above: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    let mut previous = None;
    for (row, letter) in left.chars().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in right.iter().enumerate() {
            let cell = |line: &[usize], at: usize| line.get(at).copied().unwrap_or(usize::MAX / 2);
            let replaced = cell(&above, column) + usize::from(letter != *other);
            let mut best =
                replaced.min(cell(&above, column + 1) + 1).min(cell(&current, column) + 1);
            let before = column.checked_sub(1);
            let swapped = before.and_then(|before| right.get(before)) == Some(&letter)
                && previous == Some(*other);
            if let Some(before) = before.filter(|_| swapped) {
                best = best.min(cell(&two_above, before) + 1);
            }
            current.push(best);
        }
        two_above = std::mem::replace(&mut above, current);
        previous = Some(letter);
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_finger_find_their_word() {
        let known = ["method", "endpoint", "headers", "body", "do"];
        for (word, meant) in [
            ("metod", Some("method")),
            ("mehtod", Some("method")),
            ("Endpoint", Some("endpoint")),
            ("header", Some("headers")),
            ("od", Some("do")),
            ("frobnicate", None),
            ("", None),
        ] {
            assert_eq!(closest(word, known), meant, "{word}");
        }
    }
}
