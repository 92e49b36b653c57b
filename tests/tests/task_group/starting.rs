//! Children that say when they are ready.

use std::future::pending;
use std::sync::Arc;

use tokio::sync::Notify;
use tokio::task::yield_now;
use weftwork::{Group, OnFailure, Ready, TaskError, task_group};
use weftwork_tests::{Log, Reports, on_both_runtimes, panic_within, poll_once};

#[test]
fn c93_spawn_ready_waits_for_the_child_and_gives_what_it_hands_over() {
    on_both_runtimes(|| async {
        let log = Log::new();
        task_group(async |group: Group<String>| {
            let gate = Arc::new(Notify::new());
            let (inner, of_child) = (gate.clone(), log.clone());
            let value = group
                .spawn_ready(async move |ready: Ready<u8>| {
                    yield_now().await;
                    of_child.note("set");
                    ready.set(7);
                    inner.notified().await;
                    of_child.note("ended");
                })
                .await;
            assert_eq!(value.unwrap(), 7);
            log.note("ready");
            // It goes on.
            assert_eq!(group.len(), 1);
            gate.notify_one();
            Ok(())
        })
        .await
        .unwrap();
        assert_eq!(log.text(), "set ready ended");
    });
}

#[test]
fn c94_a_child_that_fails_before_it_is_ready() {
    on_both_runtimes(|| async {
        // It ends the group, the body with it.
        let error = task_group(async |group: Group<String>| {
            let value: Result<(), TaskError> = group.spawn_ready(async |_: Ready<()>| Err::<(), _>("no port")).await;
            value.map_err(|error| error.to_string())
        })
        .await
        .unwrap_err();
        assert_eq!(error.into_first(), "no port");

        let error = task_group(async |group: Group<String>| {
            let seen = group.spawn_ready(async |_: Ready<()>| Err::<(), _>("no port")).await.unwrap_err();
            assert!(seen.is_failure());
            assert_eq!(seen.message().as_deref(), Some("no port"));
            Ok(())
        })
        .on_failure(OnFailure::Collect)
        .await
        .unwrap_err();
        assert_eq!((error.len(), error.into_first().as_str()), (1, "no port"));
    });
}

#[test]
fn c100_under_ignore_the_failure_is_in_the_error() {
    on_both_runtimes(|| async {
        task_group(async |group: Group<String>| {
            let seen = group.spawn_ready(async |_: Ready<()>| Err::<(), _>("no port")).await.unwrap_err();
            assert!(seen.is_failure());
            assert_eq!(seen.message().as_deref(), Some("no port"));
            Ok(())
        })
        .on_failure(OnFailure::Ignore)
        .await
        .unwrap();
    });
}

#[test]
fn c101_a_child_that_panics_before_it_is_ready() {
    on_both_runtimes(|| async {
        let group = task_group(async |group: Group<String>| {
            let seen = group
                .spawn_ready(async |ready: Ready<u8>| {
                    if true {
                        panic!("on purpose");
                    }
                    ready.set(1);
                })
                .await;
            seen.map(drop).map_err(|error| error.to_string())
        });
        assert_eq!(panic_within(group).await, "on purpose");
        // Under ignore it is the error's, and not reported.
        task_group(async |group: Group<String>| {
            let seen = group
                .spawn_ready(async |ready: Ready<u8>| {
                    if true {
                        panic!("on purpose");
                    }
                    ready.set(1);
                })
                .await
                .unwrap_err();
            assert!(seen.is_panic());
            assert_eq!(seen.message().as_deref(), Some("on purpose"));
            Ok(())
        })
        .on_failure(OnFailure::Ignore)
        .await
        .unwrap();
    });
}

#[test]
fn c101_the_closure_of_a_child_panics() {
    on_both_runtimes(|| async {
        let group = task_group(async |group: Group<String>| {
            let _ready = group.spawn_ready(|_: Ready<u8>| if group.is_open() { panic!("in the closure") } else { async {} });
            Ok(())
        });
        assert_eq!(panic_within(group).await, "in the closure");
    });
}

#[test]
fn c93_a_child_that_ends_before_it_is_ready() {
    on_both_runtimes(|| async {
        let reports = Reports::of("c93 never ready");
        task_group(async |group: Group<String>| {
            let error = group.spawn_ready(async |_: Ready<u8>| {}).await.unwrap_err();
            assert!(!error.is_cancelled() && !error.is_failure() && !error.is_panic());
            assert!(error.to_string().contains("has ended before it was ready"), "{error}");
            // It lets go of it, and goes on to its end before anybody hears of that.
            let log = Log::new();
            let inner = log.clone();
            let error = group
                .spawn_ready(async move |ready: Ready<u8>| {
                    drop(ready);
                    for _ in 0..8 {
                        yield_now().await;
                    }
                    inner.note("ended");
                    Ok::<_, String>(())
                })
                .await
                .unwrap_err();
            assert!(!error.is_cancelled());
            assert_eq!(log.text(), "ended");
            Ok(())
        })
        .named("c93 never ready")
        .await
        .unwrap();
        assert!(reports.all().is_empty());
    });
}

#[test]
fn c98_whoever_drops_the_wait_cancels_the_child() {
    on_both_runtimes(|| async {
        let log = Log::new();
        task_group(async |group: Group<String>| {
            let inner = log.clone();
            {
                let mut starting = Box::pin(group.spawn_ready(async move |ready: Ready<u8>| {
                    let _gone = inner.on_drop("gone");
                    inner.note("began");
                    pending::<()>().await;
                    ready.set(1);
                }));
                while log.text().is_empty() {
                    assert!(poll_once(starting.as_mut()).is_pending());
                    yield_now().await;
                }
            }
            Ok(())
        })
        .await
        .unwrap();
        assert_eq!(log.text(), "began gone");
    });
}

/// A wait that nobody has polled.
#[test]
fn c98_the_child_begins_without_a_poll_and_is_cancelled_with_the_wait() {
    on_both_runtimes(|| async {
        let log = Log::new();
        task_group(async |group: Group<String>| {
            let inner = log.clone();
            let starting = group.spawn_ready(async move |ready: Ready<u8>| {
                let _gone = inner.on_drop("gone");
                inner.note("began");
                pending::<()>().await;
                ready.set(1);
            });
            while log.text().is_empty() {
                yield_now().await;
            }
            drop(starting);
            Ok(())
        })
        .await
        .unwrap();
        assert_eq!(log.text(), "began gone");
    });
}

#[test]
fn c98_once_it_is_ready_it_is_the_groups() {
    on_both_runtimes(|| async {
        let log = Log::new();
        task_group(async |group: Group<String>| {
            let gate = Arc::new(Notify::new());
            let (inner, is_open) = (log.clone(), gate.clone());
            let starting = group.spawn_ready(async move |ready: Ready<()>| {
                ready.set(());
                is_open.notified().await;
                inner.note("ended");
            });
            starting.await.unwrap();
            gate.notify_one();
            Ok(())
        })
        .await
        .unwrap();
        assert_eq!(log.text(), "ended");
    });
}

#[test]
fn c102_one_that_waits_for_a_place_is_not_ready() {
    on_both_runtimes(|| async {
        let log = Log::new();
        task_group(async |group: Group<String>| {
            let gate = Arc::new(Notify::new());
            let (inner, of_child) = (gate.clone(), log.clone());
            group.spawn(async move {
                inner.notified().await;
                of_child.note("first");
            });
            let mut second = Box::pin(group.spawn_ready(async |ready: Ready<u8>| ready.set(2)));
            for _ in 0..8 {
                assert!(poll_once(second.as_mut()).is_pending());
                yield_now().await;
            }
            gate.notify_one();
            assert_eq!(second.await.unwrap(), 2);
            log.note("second");
            Ok(())
        })
        .limit(1)
        .await
        .unwrap();
        assert_eq!(log.text(), "first second");
    });
}
