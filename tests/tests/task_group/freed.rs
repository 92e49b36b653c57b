//! Finished children, and those that a group does not take.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use tokio::sync::Notify;
use tokio::task::yield_now;
use weftwork::{Child, Group, OnFailure, task_group, tasks};
use weftwork_tests::{Log, on_both_runtimes, spin};

/// How many are alive.
#[derive(Clone, Default)]
struct Alive(Arc<AtomicUsize>);

struct Held(Alive);

impl Alive {
    fn hold(&self) -> Held {
        self.0.fetch_add(1, SeqCst);
        Held(self.clone())
    }

    fn count(&self) -> usize {
        self.0.load(SeqCst)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, SeqCst);
    }
}

#[test]
fn c109_a_finished_child_is_freed_at_once_with_the_handle_dropped() {
    on_both_runtimes(|| async {
        let (captured, given) = (Alive::default(), Alive::default());
        task_group(async |group: Group<String>| {
            for _ in 0..100 {
                let (held, output) = (captured.hold(), given.hold());
                group.spawn(async move {
                    let _held = held;
                    yield_now().await;
                    Ok::<_, String>(output)
                });
            }
            while captured.count() + given.count() > 0 {
                yield_now().await;
            }
            while !group.is_empty() {
                yield_now().await;
            }
            assert!(group.is_open());
            assert!(format!("{group:?}").contains("finished: 100"), "{group:?}");
            Ok(())
        })
        .await
        .unwrap();
    });
}

#[test]
fn c109_with_the_handle_kept_only_the_output_is_left() {
    on_both_runtimes(|| async {
        let (captured, given) = (Alive::default(), Alive::default());
        task_group(async |group: Group<String>| {
            let kept: Vec<Child<Result<Held, String>>> = (0..10)
                .map(|_| {
                    let (held, output) = (captured.hold(), given.hold());
                    group.spawn(async move {
                        let _held = held;
                        yield_now().await;
                        Ok(output)
                    })
                })
                .collect();
            while captured.count() > 0 || !group.is_empty() {
                yield_now().await;
            }
            assert_eq!(given.count(), 10);
            let mut kept = kept.into_iter();
            // Read, and not read.
            drop(kept.next().unwrap().await.unwrap().unwrap());
            assert_eq!(given.count(), 9);
            while !kept.as_slice().iter().all(Child::is_finished) {
                yield_now().await;
            }
            drop(kept);
            assert_eq!(given.count(), 0);
            Ok(())
        })
        .await
        .unwrap();
    });
}

#[test]
fn c109_failed_and_cancelled_children_are_freed_too() {
    on_both_runtimes(|| async {
        let alive = Alive::default();
        let error = task_group(async |group: Group<String>| {
            let held = alive.hold();
            group.spawn(async move {
                let _held = held;
                Err::<(), _>("broken")
            });
            let held = alive.hold();
            let cancelled = group.spawn(async move {
                let _held = held;
                pending::<()>().await;
            });
            cancelled.cancel().await;
            while alive.count() > 0 || !group.is_empty() {
                yield_now().await;
            }
            Ok(())
        })
        .on_failure(OnFailure::Collect)
        .await
        .unwrap_err();
        assert_eq!(error.len(), 1);
    });
}

#[test]
fn c109_nothing_of_a_finished_child_stays_on_the_list() {
    on_both_runtimes(|| async {
        task_group(async |group: Group<String>| {
            let kept = group.spawn_named("c109 listed", async {});
            while !kept.is_finished() {
                yield_now().await;
            }
            assert!(tasks().iter().all(|task| task.name() != "c109 listed"));
            Ok(())
        })
        .await
        .unwrap();
    });
}

/// A future that notes whether it is polled.
async fn noting(log: Log, gone: weftwork_tests::OnDrop) {
    let _gone = gone;
    log.note("polled");
}

#[test]
fn c110_spawning_through_a_handle_that_was_kept_after_the_end() {
    on_both_runtimes(|| async {
        let log = Log::new();
        let kept = task_group(async |group: Group<String>| Ok(group)).await.unwrap();
        assert!(!kept.is_open() && kept.is_empty());
        let refused = kept.spawn_named("c110", noting(log.clone(), log.on_drop("dropped")));
        // At once, and here.
        assert_eq!(log.text(), "dropped");
        assert!(refused.is_finished());
        assert_eq!(refused.name(), Some("c110"));
        assert!(format!("{refused:?}").contains("state: refused"), "{refused:?}");
        let error = refused.await.unwrap_err();
        assert!(error.is_cancelled() && !error.is_panic() && !error.is_failure());
        assert!(error.to_string().contains("takes no more children"), "{error}");
        assert!(tasks().iter().all(|task| task.name() != "c110"));

        let refused = kept.spawn(noting(log.clone(), log.on_drop("again")));
        assert!(refused.cancel().await.is_none());
        assert_eq!(log.text(), "dropped again");
    });
}

#[test]
fn c110_spawning_while_the_group_is_cancelled() {
    on_both_runtimes(|| async {
        let log = Log::new();
        task_group(async |group: Group<String>| {
            group.cancel();
            assert!(!group.is_open());
            let refused = group.spawn(noting(log.clone(), log.on_drop("dropped")));
            assert!(refused.await.unwrap_err().is_cancelled());
            Ok(())
        })
        .await
        .unwrap();
        assert_eq!(log.text(), "dropped");
    });
}

#[test]
fn c110_spawning_in_a_clean_up_while_the_group_stops_for_a_failure() {
    on_both_runtimes(|| async {
        let log = Log::new();
        let error = task_group(async |group: Group<String>| {
            let started = Arc::new(Notify::new());
            let (inner, log, is_started) = (group.clone(), log.clone(), started.clone());
            group.spawn(async move {
                let context: weftwork::Context<()> = weftwork::context!(async move {
                    yield ();
                    let refused = inner.spawn(noting(log.clone(), log.on_drop("dropped")));
                    assert!(refused.await.unwrap_err().is_cancelled());
                    log.note("cleaned");
                });
                weftwork::with!(_ = context, {
                    is_started.notify_one();
                    pending::<()>().await;
                })
                .await;
            });
            started.notified().await;
            Err::<(), _>("broken".to_owned())
        })
        .await
        .unwrap_err();
        assert_eq!((error.len(), error.clean_ups().len()), (1, 0));
        assert_eq!(log.text(), "dropped cleaned");
    });
}

#[tokio::test(start_paused = true)]
async fn c110_spawning_into_a_group_that_was_dropped() {
    let log = Log::new();
    let (hand_out, handed_out) = tokio::sync::oneshot::channel();
    let group = tokio::spawn(task_group(async |group: Group<String>| {
        assert!(hand_out.send(group).is_ok());
        pending::<Result<(), String>>().await
    }));
    let kept = handed_out.await.unwrap();
    group.abort();
    spin().await;
    assert!(!kept.is_open());
    kept.ready().await;
    kept.cancel();
    assert!(kept.spawn(noting(log.clone(), log.on_drop("dropped"))).await.unwrap_err().is_cancelled());
    assert_eq!(log.text(), "dropped");
}

#[test]
fn c110_a_refused_spawn_that_waits_to_be_ready() {
    on_both_runtimes(|| async {
        let kept = task_group(async |group: Group<String>| Ok(group)).await.unwrap();
        let error = kept.spawn_ready(async |_: weftwork::Ready<u8>| {}).await.unwrap_err();
        assert!(error.is_cancelled());
        assert!(error.to_string().contains("takes no more children"), "{error}");
    });
}
