//! Sentences that more than one macro says.

/// A list of names in backticks: `` `a`, `b` ``.
pub(crate) fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// What stands above has made the function synchronous before this policy saw it.
pub(crate) fn below_entry(attribute: &str) -> String {
    format!("something has already made this function synchronous\nmove `#[{attribute}]` above `#[tokio::main]` and its like")
}

/// The nearest of `known` to `found`, if it is near enough to be meant.
pub(crate) fn near_miss<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| (distance(found, name), name))
        .filter(|(distance, name)| *distance <= 1 + name.len() / 5)
        .min()
        .map(|(_, name)| name)
}

/// Edits (insert, delete, replace, swap of neighbours) between two words.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_recognised_and_another_word_is_not() {
        assert_eq!(near_miss("limt", ["limit", "spawn"]), Some("limit"));
        assert_eq!(near_miss("lmiit", ["limit", "spawn"]), Some("limit"));
        assert_eq!(near_miss("attemps", ["attempts", "within"]), Some("attempts"));
        assert_eq!(near_miss("stagger", ["limit", "spawn"]), None);
        assert_eq!(near_miss("xt", ["tx"]), Some("tx"));
    }
}
