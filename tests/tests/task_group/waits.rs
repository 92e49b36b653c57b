//! The body, its children, and the wait for all of them.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use tokio::sync::{Barrier, Notify, Semaphore, oneshot};
use tokio::task::yield_now;
use weftwork::{Group, OnFailure, secs, task_group};
use weftwork_tests::{Log, after, finished, on_both_runtimes, spin, timed};

#[test]
fn c92_the_group_waits_for_children_when_the_body_has_returned() {
    on_both_runtimes(|| async {
        let log = Log::new();
        let gate = Arc::new(Notify::new());
        let value = task_group(async |group: Group<String>| {
            let (log, gate) = (log.clone(), gate.clone());
            group.spawn(async move {
                gate.notified().await;
                yield_now().await;
                log.note("child");
            });
            Ok(7)
        });
        let opener = tokio::spawn({
            let (gate, log) = (gate.clone(), log.clone());
            async move {
                log.note("opened");
                gate.notify_one();
            }
        });
        assert_eq!(value.await.unwrap(), 7);
        assert_eq!(log.text(), "opened child");
        opener.await.unwrap();
    });
}

#[tokio::test(start_paused = true)]
async fn c92_returning_cancels_nobody() {
    let (count, took) = timed(async {
        let count = Arc::new(AtomicUsize::new(0));
        task_group(async |group: Group<String>| {
            for n in 1..=3 {
                let count = count.clone();
                group.spawn(async move {
                    after(n * 1000, ()).await;
                    count.fetch_add(1, SeqCst);
                });
            }
            Ok(())
        })
        .await
        .unwrap();
        count.load(SeqCst)
    })
    .await;
    assert_eq!(count, 3);
    assert_eq!(took, secs(3));
}

#[test]
fn c92_without_children_the_value_is_there_at_once() {
    // A runtime around it, which nobody drives.
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let _inside = runtime.enter();
    let group = std::pin::pin!(task_group(async |_: Group<String>| Ok("value")));
    assert_eq!(finished(group).unwrap(), "value");
}

#[test]
fn c93_a_child_added_behind_an_await() {
    on_both_runtimes(|| async {
        let log = Log::new();
        task_group(async |group: Group<String>| {
            let first = group.spawn({
                let log = log.clone();
                async move { log.note("first") }
            });
            first.await.unwrap();
            yield_now().await;
            let log = log.clone();
            group.spawn(async move {
                yield_now().await;
                log.note("second");
            });
            Ok(())
        })
        .await
        .unwrap();
        assert_eq!(log.text(), "first second");
    });
}

#[test]
fn c93_a_child_added_by_a_child_while_the_group_already_waits() {
    on_both_runtimes(|| async {
        let log = Log::new();
        let (returned, has_returned) = oneshot::channel();
        task_group(async |group: Group<String>| {
            let inner = (group.clone(), log.clone());
            group.spawn(async move {
                let (group, log) = inner;
                has_returned.await.unwrap();
                // Beyond the poll in which the body returned.
                for _ in 0..4 {
                    yield_now().await;
                }
                let inner = (group.clone(), log.clone());
                group.spawn(async move {
                    let (group, log) = inner;
                    log.note("grandchild");
                    let log = log.clone();
                    group.spawn(async move {
                        yield_now().await;
                        log.note("great-grandchild");
                    });
                });
                log.note("child");
            });
            returned.send(()).unwrap();
            Ok(())
        })
        .await
        .unwrap();
        let text = log.text();
        assert!(text.contains("child") && text.contains("grandchild"), "{text}");
        assert!(text.ends_with("great-grandchild"), "{text}");
    });
}

#[test]
fn c93_children_that_spawn_children_a_whole_tree() {
    fn grow(group: &Group<String>, depth: u32, count: Arc<AtomicUsize>) {
        let inner = group.clone();
        group.spawn(async move {
            if depth > 0 {
                for _ in 0..3 {
                    grow(&inner, depth - 1, count.clone());
                    yield_now().await;
                }
            }
            count.fetch_add(1, SeqCst);
        });
    }
    on_both_runtimes(|| async {
        let count = Arc::new(AtomicUsize::new(0));
        task_group(async |group| {
            grow(&group, 5, count.clone());
            Ok::<_, String>(())
        })
        .await
        .unwrap();
        assert_eq!(count.load(SeqCst), 1 + 3 + 9 + 27 + 81 + 243);
    });
}

#[test]
fn c93_a_child_added_from_outside_while_the_group_waits() {
    on_both_runtimes(|| async {
        let log = Log::new();
        let barrier = Arc::new(Barrier::new(2));
        let (hand_out, handed_out) = oneshot::channel::<Group<String>>();
        let outside = tokio::spawn({
            let (log, barrier) = (log.clone(), barrier.clone());
            async move {
                let group = handed_out.await.unwrap();
                group.spawn(async move {
                    yield_now().await;
                    log.note("from outside");
                });
                // Only now the child that keeps the group open may end.
                barrier.wait().await;
            }
        });
        task_group(async |group: Group<String>| {
            let barrier = barrier.clone();
            group.spawn(async move {
                barrier.wait().await;
            });
            hand_out.send(group).unwrap();
            Ok(())
        })
        .await
        .unwrap();
        assert_eq!(log.text(), "from outside");
        outside.await.unwrap();
    });
}

#[test]
fn c98_a_child_cancelled_through_its_handle_is_no_failure() {
    on_both_runtimes(|| async {
        for policy in [OnFailure::Cancel, OnFailure::Collect, OnFailure::Ignore] {
            let log = Log::new();
            let value = task_group(async |group: Group<String>| {
                let (inner, started) = (log.clone(), Arc::new(Notify::new()));
                let cancelled = group.spawn({
                    let started = started.clone();
                    async move {
                        let _gone = inner.on_drop("gone");
                        started.notify_one();
                        pending::<Result<(), String>>().await
                    }
                });
                let sibling = group.spawn(async {
                    for _ in 0..8 {
                        yield_now().await;
                    }
                    Ok::<_, String>("sibling")
                });
                started.notified().await;
                assert!(cancelled.cancel().await.is_none());
                log.note("cancelled");
                assert_eq!(sibling.await.unwrap()?, "sibling");
                assert!(group.is_open());
                Ok(1)
            })
            .on_failure(policy)
            .await;
            assert_eq!(value.unwrap(), 1);
            // It waits until the child is gone.
            assert_eq!(log.text(), "gone cancelled");
        }
    });
}

#[test]
fn c98_a_child_that_had_ended_gives_its_output_to_cancel() {
    on_both_runtimes(|| async {
        task_group(async |group: Group<String>| {
            let child = group.spawn(async { Ok::<_, String>(5) });
            while !child.is_finished() {
                yield_now().await;
            }
            assert_eq!(child.cancel().await, Some(Ok(5)));
            Ok(())
        })
        .await
        .unwrap();
    });
}

#[test]
fn c99_a_child_whose_handle_is_dropped_goes_on() {
    on_both_runtimes(|| async {
        let log = Log::new();
        task_group(async |group: Group<String>| {
            let gate = Arc::new(Semaphore::new(0));
            for _ in 0..2 {
                let (log, gate) = (log.clone(), gate.clone());
                group.spawn(async move {
                    gate.acquire().await.unwrap().forget();
                    log.note("ran");
                });
            }
            let (log, inner) = (log.clone(), gate.clone());
            let kept = group.spawn_named("kept", async move {
                inner.acquire().await.unwrap().forget();
                log.note("ran");
            });
            drop(kept);
            yield_now().await;
            gate.add_permits(3);
            Ok(())
        })
        .await
        .unwrap();
        assert_eq!(log.text().matches("ran").count(), 3);
    });
}

#[tokio::test(start_paused = true)]
async fn c99_the_group_owns_what_nobody_holds() {
    let log = Log::new();
    task_group(async |group: Group<String>| {
        let log = log.clone();
        drop(group.spawn(async move {
            after(60_000, ()).await;
            log.note("ended");
        }));
        drop(group);
        spin().await;
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(log.text(), "ended");
}
