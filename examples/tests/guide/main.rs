//! The guide's examples as their reader sees them: the built programs, run from outside.

#[cfg(unix)]
mod signals;
#[path = "../support/mod.rs"]
mod support;

use std::process::Command;

/// The lines that an example prints.
fn lines(example: &str, arguments: &[&str]) -> Vec<String> {
    lines_with(example, arguments, &[])
}

/// The same with these variables, and no other database than these name.
fn lines_with(example: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Vec<String> {
    let mut command = Command::new(support::binary(example));
    command.args(arguments).env_remove("DATABASE_URL").envs(variables.iter().copied());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn async_generator() {
    assert_eq!(
        lines("01_async_generator", &[]),
        [
            "7 teas on 3 pages",
            "a:",
            "  assam",
            "c:",
            "  ceylon",
            "d:",
            "  darjeeling",
            "  dooars",
            "e:",
            "  earl grey",
            "k:",
            "  keemun",
            "  kukicha",
            "a tea with e after 2 pages",
            "740 cents; a price that is none: invalid digit found in string",
            "tea",
            "  black",
            "    smoked",
            "  green",
            "order 1001",
            "order 1002",
            "order 1003",
            "the shop says: 500 Internal Server Error",
        ]
    );
}

#[test]
fn bank() {
    assert_eq!(lines("02_bank", &["60"]).last().unwrap(), "no money was made or lost");
}

#[cfg(unix)]
#[tokio::test]
async fn bank_on_postgres() {
    let Some(store) = weftwork_tests::postgres::PgStore::open(1).await else { return };
    let database = store.options().get_database().unwrap().to_owned();
    let folder = store.socket().parent().unwrap().display().to_string();
    let url = format!("postgres://postgres@localhost/{database}?host={folder}&sslmode=disable");
    for _ in 0..2 {
        assert_eq!(lines_with("02_bank", &["60"], &[("DATABASE_URL", &url)]).last().unwrap(), "no money was made or lost");
    }
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'weftwork%'")
        .fetch_one(&store.pool)
        .await
        .unwrap();
    assert_eq!(left, 0, "the bank leaves its schema behind");
}

#[test]
fn gather() {
    let lines = lines("03_gather", &[]);
    assert!(lines[0].starts_with("user 7 has orders [70, 71], after "), "{lines:?}");
    assert!(lines.contains(&"user 13 is unknown".to_owned()), "{lines:?}");
}

#[test]
fn race() {
    assert_eq!(
        lines("06_race", &[]),
        [
            "first of all, near does not answer",
            "far was the first to answer",
            "farther answered when near had failed",
            "all 2 contenders failed: near does not answer",
            "1 of 3 failed, at index 0",
            "0: near does not answer",
            "1: far",
            "2: farther",
        ]
    );
}

#[test]
fn policies() {
    assert_eq!(
        lines("04_policies", &[]),
        [
            "/tea: the page /tea, in attempt 1",
            "/busy: the page /busy, in attempt 3",
            "/gone: nothing",
            "  `fetch` timed out after 2.5s",
            "/slow: nothing",
            "the page /1, in attempt 1",
            "the page /2, in attempt 1",
            "the page /3, in attempt 1",
            "the page /4, in attempt 1",
            "the page /5, in attempt 1",
            "`fetch` has no place: 3 wait already",
            "by hand, in attempt 3",
        ]
    );
}

#[test]
fn streaming() {
    assert_eq!(
        lines("05_streaming", &[]),
        [
            "INFO started",
            "INFO one",
            "ERROR disk full",
            "INFO two",
            "ERROR no route",
            "ERROR no time",
            "INFO stopping",
            "error: disk full",
            "error: no route",
            "error: no time",
        ]
    );
}

#[test]
fn pooled_connection() {
    assert_eq!(
        lines("07_pooled_connection", &[]),
        [
            "sold for 10 cents, on the same connection",
            "  the session ends: Completed",
            "sales: 1",
            "  the session ends: Failed",
            "the report fails: attempt to write a readonly database",
            "sold for 20 cents, on the same connection",
        ]
    );
}

#[test]
fn pooled_connection_cancelled() {
    assert_eq!(
        lines("07_pooled_connection", &["--cancel"]),
        [
            "sold for 10 cents, on the same connection",
            "  the session ends: Cancelled",
            "the report timed out after 300ms",
            "sold for 20 cents, on the same connection",
            "  the session ends: Cancelled",
            "the task is cancelled, 0 sessions are open",
            "sold for 30 cents, on the same connection",
        ]
    );
}

#[test]
fn scratch_dir() {
    assert_eq!(
        lines("08_scratch_dir", &[]),
        [
            "  good is removed: Completed",
            "[1, 2, 4, 6, 7, 8, 9]",
            "  bad is removed: Failed",
            "invalid digit found in string",
            "nothing is left behind",
        ]
    );
}

#[test]
fn scratch_dir_cancelled() {
    assert_eq!(
        lines("08_scratch_dir", &["--cancel"]),
        [
            "  quick is removed: Completed",
            "  slow is removed: Cancelled",
            "the winner: [4, 5, 6]",
            "piece 1",
            "piece 2",
            "  pieces is removed: Cancelled",
            "nothing is left behind",
        ]
    );
}

#[test]
fn lease() {
    assert_eq!(
        lines("09_lease", &[]),
        [
            "seen from another process, this process has it",
            "seen from another process, nobody has it",
            "3 workers, 10 rounds each: the counter is at 30",
        ]
    );
}

#[test]
fn lease_cancelled() {
    assert_eq!(
        lines("09_lease", &["--cancel"]),
        [
            "seen from another process, ann has it",
            "  ann gives it back: Cancelled",
            "ann was cancelled",
            "seen from another process, nobody has it",
            "  ben gives it back: Cancelled",
            "ben timed out after 0ns",
            "seen from another process, nobody has it",
        ]
    );
}

#[test]
fn create_task() {
    assert_eq!(
        lines("10_create_task", &[]),
        [
            "first and second are on their way",
            "120 and 75 are 195",
            "CCC is not traded",
            "late: is running",
            "late: timed out after 0ns",
            "late: 99",
            "  AAA is not watched any more: Cancelled",
            "cancelled",
            "  BBB is not watched any more: Cancelled",
            "dropped",
            "reported: `save` failed: the disk is full",
        ]
    );
}

#[test]
fn task_group() {
    assert_eq!(
        lines("11_task_group", &[]),
        [
            "  the ledger is closed: Completed",
            "12 pieces",
            "the first error ends it:",
            "  the ledger is closed: Cancelled",
            "line 2: invalid digit found in string",
            "every line is read, and then every error told:",
            "  the ledger is closed: Cancelled",
            "line 2: invalid digit found in string",
            "line 4: a number is missing",
        ]
    );
}

#[test]
fn wait() {
    assert_eq!(
        lines("12_wait", &[]),
        [
            "near has version 7",
            "old has version 6",
            "far has version 7",
            "silent is not waited for",
            "agreed: Some(7)",
            "ended: broken, near",
            "pending: silent",
            "1 have ended, 1 have not",
        ]
    );
}

#[test]
fn background() {
    assert_eq!(
        lines("13_background", &[]),
        [
            "reported: the mailer failed: the mail server is away",
            "reported: the mailer failed: the mail server is away",
            "sent: good morning, ann",
            "sent: good morning, bob",
            "the heartbeat has signed off: Cancelled",
            "nothing is left",
        ]
    );
}

#[test]
fn task_tree() {
    let lines = lines("14_task_tree", &[]);
    assert_eq!(lines.len(), 9, "{lines:?}");
    assert!(lines[4].starts_with("│   └── `soup` #"), "{lines:?}");
    assert!(lines[4].contains(" examples/guide/14_task_tree.rs:"), "{lines:?}");
    assert_eq!(lines[8], "0 tasks are left");
}

#[test]
fn run_in_executor() {
    assert_eq!(
        lines("15_run_in_executor", &[]),
        [
            "7 pieces",
            "14 pieces",
            "tea: a8fc1244e9a22325",
            "coffee: b90dab12778a2325",
            "cocoa: 0f573539018b2325",
            "  given up",
            "0 threads are left",
        ]
    );
}

#[test]
fn safe_fetch() {
    assert_eq!(
        lines("16_safe_fetch", &[]),
        [
            "/good: good, requests: 1",
            "/flaky: at last, requests: 3",
            "  no /missing: 404 Not Found",
            "/missing: nothing, requests: 1",
            "  no /down: 503 Service Unavailable",
            "/down: nothing, requests: 3",
            "4 retries are left",
            "  no /down: 503 Service Unavailable",
            "/down: nothing, requests: 3",
            "  no /down: 503 Service Unavailable",
            "/down: nothing, requests: 3",
            "  no /down: 503 Service Unavailable",
            "/down: nothing, requests: 1",
            "  no /down: 503 Service Unavailable",
            "/down: nothing, requests: 1",
        ]
    );
}
