//! What becomes of failures under the other policies, and who is told.

use std::future::pending;
use std::sync::Arc;

use tokio::sync::{Notify, Semaphore};
use tokio::task::yield_now;
use weftwork::{Group, OnFailure, ReportKind, drain, secs, task_group, timeout};
use weftwork_tests::{Log, Reports, after, on_both_runtimes, spin};

#[tokio::test(start_paused = true)]
async fn c100_collect_runs_all_to_their_end_and_gives_every_error_with_its_name() {
    let log = Log::new();
    let error = task_group(async |group: Group<String>| {
        for (ms, name) in [(30, "c"), (10, "a"), (20, "b")] {
            let log = log.clone();
            group.spawn_named(name, async move {
                after(ms, ()).await;
                log.note(name);
                Err::<(), _>(format!("broken {name}"))
            });
        }
        let log = log.clone();
        group.spawn(async move {
            after(40, ()).await;
            log.note("good");
        });
        after(25, ()).await;
        Ok("value")
    })
    .on_failure(OnFailure::Collect)
    .await
    .unwrap_err();
    assert_eq!(log.text(), "a b c good");
    let all: Vec<_> = error.iter().map(|one| (one.name().unwrap(), one.error().as_str())).collect();
    assert_eq!(all, [("a", "broken a"), ("b", "broken b"), ("c", "broken c")]);
}

#[tokio::test(start_paused = true)]
async fn c100_collect_and_the_error_of_the_body() {
    let error = task_group(async |group: Group<String>| {
        group.spawn(async { after(10, Err::<(), _>("first")).await });
        group.spawn(async { after(30, Err::<(), _>("third")).await });
        after(20, ()).await;
        assert!(group.is_open());
        Err::<(), _>("second".to_owned())
    })
    .on_failure(OnFailure::Collect)
    .await
    .unwrap_err();
    assert_eq!(error.iter().map(weftwork::ChildError::is_of_body).collect::<Vec<_>>(), [false, true, false]);
    assert_eq!(error.into_errors().collect::<Vec<_>>(), ["first", "second", "third"]);
}

#[test]
fn c100_collect_takes_children_behind_a_failure() {
    on_both_runtimes(|| async {
        let log = Log::new();
        let error = task_group(async |group: Group<String>| {
            // The handle says what became of it, the group has the error.
            let seen = group.spawn_named("first", async { Err::<u8, _>("1") }).await.unwrap_err();
            assert!(seen.is_failure());
            let inner = log.clone();
            group.spawn(async move {
                yield_now().await;
                inner.note("ran");
            });
            let value = group.spawn(async { Ok::<_, String>(5) }).await.unwrap()?;
            Ok(value)
        })
        .on_failure(OnFailure::Collect)
        .await
        .unwrap_err();
        assert_eq!((error.len(), error.into_first().as_str()), (1, "1"));
        assert_eq!(log.text(), "ran");
    });
}

#[test]
fn c100_collect_without_a_failure_gives_the_value() {
    on_both_runtimes(|| async {
        let value = task_group(async |group: Group<String>| {
            group.spawn(async {});
            Ok(3)
        })
        .on_failure(OnFailure::Collect)
        .await;
        assert_eq!(value.unwrap(), 3);
    });
}

#[test]
fn c100_ignore_affects_nobody_and_reports_each_failure_nobody_looked_at() {
    on_both_runtimes(|| async {
        let reports = Reports::of("c100 ignored");
        let log = Log::new();
        let value = task_group(async |group: Group<String>| {
            let gate = Arc::new(Semaphore::new(0));
            for _ in 0..2 {
                let gate = gate.clone();
                group.spawn_named("c100 ignored", async move {
                    gate.acquire().await.unwrap().forget();
                    Err::<(), _>("broken")
                });
            }
            let log = log.clone();
            group.spawn(async move {
                for _ in 0..8 {
                    yield_now().await;
                }
                log.note("sibling");
            });
            gate.add_permits(2);
            while reports.all().len() < 2 {
                yield_now().await;
            }
            assert!(group.is_open());
            Ok(9)
        })
        .on_failure(OnFailure::Ignore)
        .await;
        assert_eq!(value.unwrap(), 9);
        assert_eq!(log.text(), "sibling");
        let reports = reports.all();
        assert_eq!(reports.len(), 2);
        assert!(reports.iter().all(|report| report.kind() == ReportKind::TaskFailed && report.message() == "failed: broken"));
        // W48: told apart by their numbers.
        assert_ne!(reports[0].task(), reports[1].task());
    });
}

#[test]
fn c100_ignore_and_a_failure_that_somebody_looks_at() {
    on_both_runtimes(|| async {
        let reports = Reports::of("c100 looked at");
        let value = task_group(async |group: Group<String>| {
            // The failure itself, not a text of it.
            let seen = group.spawn_named("c100 looked at", async { "x".parse::<u8>().map_err(|error| error.to_string()) }).await;
            assert_eq!(seen.unwrap().unwrap_err(), "invalid digit found in string");
            let cancelled = group.spawn_named("c100 looked at", async { Err::<(), _>("ended before") });
            while !cancelled.is_finished() {
                yield_now().await;
            }
            assert_eq!(cancelled.cancel().await, Some(Err("ended before")));
            Ok(1)
        })
        .on_failure(OnFailure::Ignore)
        .await;
        assert_eq!(value.unwrap(), 1);
        assert!(reports.all().is_empty());
    });
}

#[test]
fn c100_ignore_and_a_handle_that_is_kept_and_dropped_unlooked() {
    on_both_runtimes(|| async {
        let reports = Reports::of("c100 kept");
        let child = task_group(async |group: Group<String>| {
            let child = group.spawn_named("c100 kept", async { Err::<(), _>("broken") });
            while !child.is_finished() {
                yield_now().await;
            }
            Ok(child)
        })
        .on_failure(OnFailure::Ignore)
        .await
        .unwrap();
        assert!(reports.all().is_empty());
        drop(child);
        assert_eq!(reports.one().message(), "failed: broken");
    });
}

#[test]
fn c100_ignore_and_the_error_of_the_body() {
    on_both_runtimes(|| async {
        let log = Log::new();
        let error = task_group(async |group: Group<String>| {
            let log = log.clone();
            group.spawn(async move {
                for _ in 0..8 {
                    yield_now().await;
                }
                log.note("to its end");
            });
            Err::<(), _>("body".to_owned())
        })
        .on_failure(OnFailure::Ignore)
        .await
        .unwrap_err();
        assert!(error.first().is_of_body());
        assert_eq!(error.into_first(), "body");
        assert_eq!(log.text(), "to its end");
    });
}

/// A group of each policy, with a child that only ends when it is cancelled.
#[test]
fn w43_those_that_are_cancelled_are_not_reported() {
    on_both_runtimes(|| async {
        let reports = Reports::of("w43");
        for policy in [OnFailure::Cancel, OnFailure::Collect, OnFailure::Ignore] {
            let started = Arc::new(Notify::new());
            let standing = |group: &Group<String>| {
                let is_started = started.clone();
                group.spawn_named("w43", async move {
                    is_started.notify_one();
                    pending::<Result<(), String>>().await
                })
            };
            // By the group,
            task_group(async |group: Group<String>| {
                standing(&group);
                started.notified().await;
                group.cancel();
                Ok(())
            })
            .on_failure(policy)
            .await
            .unwrap();
            // by its handle,
            task_group(async |group: Group<String>| {
                let child = standing(&group);
                started.notified().await;
                child.cancel().await;
                Ok(())
            })
            .on_failure(policy)
            .await
            .unwrap();
            // by a drop of the group.
            let group = task_group(async |group: Group<String>| {
                standing(&group);
                started.notified().await;
                Ok::<_, String>(())
            })
            .on_failure(policy);
            {
                let mut group = Box::pin(group);
                tokio::select! {
                    biased;
                    _ = group.as_mut() => panic!("its child does not end"),
                    () = async { for _ in 0..8 { yield_now().await } } => {}
                }
            }
            assert!(drain(secs(3600)).await.is_empty());
        }
        assert!(reports.all().is_empty());
    });
}

#[tokio::test(start_paused = true)]
async fn w43_nor_by_a_timeout_nor_by_a_failure() {
    let reports = Reports::of("w43 timed");
    let group = task_group(async |group: Group<String>| {
        group.spawn_named("w43 timed", pending::<Result<(), String>>());
        Ok(())
    });
    assert!(timeout(secs(1), group).await.is_err());
    let failed = task_group(async |group: Group<String>| {
        group.spawn_named("w43 timed", pending::<Result<(), String>>());
        spin().await;
        Err::<(), _>("broken".into())
    });
    assert!(failed.await.is_err());
    assert!(reports.all().is_empty());
}

#[test]
fn w43_nor_by_the_end_of_the_runtime() {
    let reports = Reports::of("w43 runtime");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let started = Arc::new(Notify::new());
    let is_started = started.clone();
    runtime.block_on(async {
        tokio::spawn(task_group(async move |group: Group<String>| {
            group.spawn_named("w43 runtime", async move {
                is_started.notify_one();
                pending::<()>().await;
            });
            Ok(())
        }));
        started.notified().await;
    });
    drop(runtime);
    assert!(reports.all().is_empty());
}

#[test]
fn w45_what_a_group_gives_counts_as_looked_at() {
    on_both_runtimes(|| async {
        let reports = Reports::of("w45");
        let error = task_group(async |group: Group<String>| {
            group.spawn_named("w45", async { Err::<(), _>("first") });
            group.spawn_named("w45", async { Err::<(), _>("second") });
            Ok(())
        })
        .on_failure(OnFailure::Collect)
        .named("w45")
        .await
        .unwrap_err();
        assert_eq!(error.len(), 2);
        drop(error);
        assert!(reports.all().is_empty());
    });
}
