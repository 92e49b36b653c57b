//! What the types of the user do wrong while a group works with them.

use std::fmt;
use std::future::pending;

use weftwork::{Group, OnFailure, secs, task_group};
use weftwork_tests::{Log, panic_within};

/// An error that can not be shown.
#[derive(Debug)]
struct Mute;

impl fmt::Display for Mute {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("it can not be shown")
    }
}

impl From<Mute> for String {
    fn from(_: Mute) -> Self {
        "mute".into()
    }
}

/// An error that can not become that of the group.
#[derive(Debug)]
struct Stuck;

impl fmt::Display for Stuck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("stuck")
    }
}

impl From<Stuck> for String {
    fn from(_: Stuck) -> Self {
        panic!("it can not be converted")
    }
}

/// A group that would never end is a text as well.
async fn panic_in_time<T: fmt::Debug>(group: impl Future<Output = T>) -> String {
    let mut group = Box::pin(group);
    let within = tokio::time::timeout(secs(3600), panic_within(&mut group));
    within.await.unwrap_or_else(|_| "it hangs".to_owned())
}

#[tokio::test(start_paused = true)]
async fn c101_an_error_that_panics_where_it_is_shown() {
    for policy in [OnFailure::Cancel, OnFailure::Collect] {
        let log = Log::new();
        let group = task_group(async |group: Group<String>| {
            let gone = log.on_drop("gone");
            group.spawn(async move {
                let _gone = gone;
                tokio::time::sleep(secs(1)).await;
            });
            group.spawn(async { Err::<(), _>(Mute) });
            Ok(())
        })
        .on_failure(policy);
        assert_eq!(panic_in_time(group).await, "it can not be shown");
        assert_eq!(log.text(), "gone");
    }
}

#[tokio::test(start_paused = true)]
async fn c101_an_error_that_panics_where_it_becomes_that_of_the_group() {
    let group = task_group(async |group: Group<String>| {
        group.spawn(async { Err::<(), _>(Stuck) });
        pending::<Result<(), String>>().await
    });
    assert_eq!(panic_in_time(group).await, "it can not be converted");
}

#[tokio::test(start_paused = true)]
async fn c100_an_error_that_panics_where_it_is_shown_in_a_group_that_ignores() {
    let group = task_group(async |group: Group<String>| {
        let seen = group.spawn(async { Err::<(), _>(Mute) }).await;
        // Shown for the report, it panics, which is the child's panic then.
        assert!(seen.is_err_and(|error| error.is_panic()));
        Ok(())
    })
    .on_failure(OnFailure::Ignore);
    tokio::time::timeout(secs(3600), group).await.expect("it hangs").unwrap();
}
