//! What a statement's text says of the transaction it runs in.

const ENDS: [&str; 7] = ["ABORT", "BEGIN", "COMMIT", "END", "PREPARE", "ROLLBACK", "START"];

/// The first word, if it begins or ends a transaction. `ROLLBACK TO` goes back to a savepoint and is no end, and neither is it if a
/// statement is prepared.
pub(super) fn ending(sql: &str) -> Option<&'static str> {
    let mut words = words(sql);
    let found = end(words.next()?)?;
    let mut next = words.take(2);
    match found {
        "ROLLBACK" => (!next.any(|word| word.eq_ignore_ascii_case("TO"))).then_some(found),
        "PREPARE" => next.next().filter(|word| word.eq_ignore_ascii_case("TRANSACTION")).map(|_| "PREPARE TRANSACTION"),
        _ => Some(found),
    }
}

fn end(word: &str) -> Option<&'static str> {
    ENDS.into_iter().find(|end| word.eq_ignore_ascii_case(end))
}

/// Whether such a word stands anywhere in a text of several statements. It may also be a text of the user's or the end of a trigger.
pub(super) fn may_hide_an_end(sql: &str) -> bool {
    let sql = sql.trim_end_matches(|c: char| c.is_whitespace() || c == ';');
    sql.contains(';') && sql.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| end(word).is_some())
}

/// The words at the beginning, without comments.
fn words(mut sql: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        loop {
            sql = sql.trim_start_matches(|c: char| c.is_whitespace() || c == ';');
            if let Some(comment) = sql.strip_prefix("--") {
                sql = comment.split_once('\n').map_or("", |(_, rest)| rest);
            } else if let Some(comment) = sql.strip_prefix("/*") {
                sql = behind_comment(comment);
            } else {
                break;
            }
        }
        let end = sql.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(sql.len());
        let (word, rest) = sql.split_at(end);
        sql = rest;
        (!word.is_empty()).then_some(word)
    })
}

/// What stands behind a comment that has begun. PostgreSQL's contain others.
fn behind_comment(mut sql: &str) -> &str {
    let mut depth = 1;
    while depth > 0 {
        let Some(place) = sql.find("*/") else { return "" };
        let inner = sql[..place].find("/*");
        depth = if inner.is_some() { depth + 1 } else { depth - 1 };
        sql = &sql[inner.unwrap_or(place) + 2..];
    }
    sql
}

#[cfg(test)]
mod tests {
    use super::{ending, may_hide_an_end};

    #[test]
    fn t36_what_ends_a_transaction_is_told_from_what_does_not() {
        for sql in [
            "COMMIT",
            " commit;",
            "-- so\n/* and so */ END TRANSACTION",
            "/* so /* and so */ on */ ABORT",
            ";ROLLBACK TRANSACTION",
            "begin immediate",
            "START TRANSACTION",
            "PREPARE TRANSACTION 'a'",
            "ROLLBACK -- TO",
            "prepare transaction 'a'",
        ] {
            assert!(ending(sql).is_some(), "{sql}");
        }
        for sql in [
            "SELECT 1; COMMIT",
            "ROLLBACK TO a",
            "rollback transaction to savepoint a",
            "RELEASE a",
            "PREPARE transactions AS SELECT 1",
            "COMMITTED",
            "PREPARE a AS SELECT 1",
            "-- COMMIT",
            "/* COMMIT",
            "",
        ] {
            assert_eq!(ending(sql), None, "{sql}");
        }
    }

    #[test]
    fn t36_an_end_may_hide_in_a_longer_text() {
        for sql in [
            "SELECT 1; COMMIT",
            "SELECT 1;\n-- so\ncommit; BEGIN",
            "SELECT 1; ; end",
            "SELECT 1; -- a; b\nCOMMIT; -- c; d\nBEGIN",
            "SELECT 1; /* ; */ COMMIT",
            "SELECT 1; PREPARE TRANSACTION 'a'",
        ] {
            assert!(may_hide_an_end(sql), "{sql}");
        }
        for sql in ["SELECT 1", "SELECT 1;", "COMMIT;", "SELECT 'a'; SELECT 2", "SELECT 1; SELECT committed"] {
            assert!(!may_hide_an_end(sql), "{sql}");
        }
    }
}
