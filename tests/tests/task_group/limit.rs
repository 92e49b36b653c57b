//! Places.

use std::future::pending;
use std::sync::Arc;

use tokio::sync::{Notify, Semaphore};
use tokio::task::yield_now;
use weftwork::{Child, Group, secs, task_group};
use weftwork_tests::{Gauge, Log, after, on_both_runtimes, panic_of, spin, timed};

#[test]
fn c102_never_more_than_so_many_run() {
    on_both_runtimes(|| async {
        for limit in [1, 3, 10] {
            let gauge = Arc::new(Gauge::new());
            task_group(async |group: Group<String>| {
                for _ in 0..100 {
                    let gauge = gauge.clone();
                    group.spawn(async move {
                        let _inside = gauge.enter();
                        for _ in 0..3 {
                            yield_now().await;
                        }
                    });
                }
                Ok(())
            })
            .limit(limit)
            .await
            .unwrap();
            assert_eq!((gauge.total(), gauge.now()), (100, 0));
            assert!(gauge.peak() <= limit, "{} of {limit}", gauge.peak());
        }
    });
}

#[tokio::test(start_paused = true)]
async fn c102_all_places_are_used() {
    let ((), took) = timed(async {
        task_group(async |group: Group<String>| {
            for _ in 0..100 {
                group.spawn(after(1000, ()));
            }
            Ok(())
        })
        .limit(10)
        .await
        .unwrap();
    })
    .await;
    assert_eq!(took, secs(10));
}

#[test]
fn c102_places_are_granted_in_order() {
    on_both_runtimes(|| async {
        let log = Log::new();
        task_group(async |group: Group<String>| {
            for n in 0..20 {
                let log = log.clone();
                group.spawn(async move {
                    log.note(n.to_string());
                    yield_now().await;
                });
            }
            Ok(())
        })
        .limit(1)
        .await
        .unwrap();
        let in_order: Vec<String> = (0..20).map(|n| n.to_string()).collect();
        assert_eq!(log.text(), in_order.join(" "));
    });
}

/// Each releases the next one of those that run, out of their order.
#[tokio::test(start_paused = true)]
async fn c102_a_place_goes_to_the_one_that_waits_longest() {
    let log = Log::new();
    task_group(async |group: Group<String>| {
        for (n, ms) in [(0, 100), (1, 50), (2, 100), (3, 10), (4, 10)] {
            let log = log.clone();
            group.spawn(async move {
                log.note(format!("+{n}"));
                after(ms, ()).await;
                log.note(format!("-{n}"));
            });
        }
        Ok(())
    })
    .limit(2)
    .await
    .unwrap();
    assert_eq!(log.text(), "+0 +1 -1 +2 -0 +3 -3 +4 -4 -2");
}

#[test]
fn c102_a_limit_of_zero_is_refused_at_once() {
    let message = panic_of(|| drop(task_group(async |_: Group<String>| Ok(())).limit(0)));
    assert!(message.contains("`limit` is zero"), "{message}");
}

#[test]
fn c102_one_that_is_cancelled_while_it_waits_is_never_polled() {
    on_both_runtimes(|| async {
        let log = Log::new();
        task_group(async |group: Group<String>| {
            let gate = Arc::new(Notify::new());
            let inner = gate.clone();
            group.spawn(async move { inner.notified().await });
            let of_child = |word: &'static str| -> Child<()> {
                let (log, gone) = (log.clone(), log.on_drop("dropped"));
                group.spawn(async move {
                    let _gone = gone;
                    log.note(word);
                })
            };
            let cancelled = of_child("polled");
            let _after_it = of_child("after");
            yield_now().await;
            assert!(cancelled.cancel().await.is_none());
            assert_eq!(log.text(), "dropped");
            gate.notify_one();
            Ok(())
        })
        .limit(1)
        .await
        .unwrap();
        // Its place in the line is skipped.
        assert_eq!(log.text(), "dropped after dropped");
    });
}

#[test]
fn c102_those_that_wait_when_the_group_fails_are_never_polled() {
    on_both_runtimes(|| async {
        let log = Log::new();
        let error = task_group(async |group: Group<String>| {
            let gate = Arc::new(Notify::new());
            let inner = gate.clone();
            group.spawn(async move {
                inner.notified().await;
                Err::<(), _>("broken")
            });
            for _ in 0..5 {
                let (log, gone) = (log.clone(), log.on_drop("dropped"));
                group.spawn(async move {
                    let _gone = gone;
                    log.note("polled");
                });
            }
            yield_now().await;
            gate.notify_one();
            pending::<Result<(), String>>().await
        })
        .limit(1)
        .await
        .unwrap_err();
        assert_eq!(error.len(), 1);
        assert_eq!(log.text(), "dropped dropped dropped dropped dropped");
    });
}

#[test]
fn c103_children_of_a_full_group_that_spawn_into_it() {
    on_both_runtimes(|| async {
        for limit in [1, 4] {
            let gauge = Arc::new(Gauge::new());
            task_group(async |group: Group<String>| {
                for _ in 0..limit {
                    let (inner, gauge) = (group.clone(), gauge.clone());
                    group.spawn(async move {
                        let _inside = gauge.enter();
                        for _ in 0..3 {
                            let gauge = gauge.clone();
                            inner.spawn(async move {
                                let _inside = gauge.enter();
                                yield_now().await;
                            });
                            yield_now().await;
                        }
                    });
                }
                Ok(())
            })
            .limit(limit)
            .await
            .unwrap();
            assert_eq!(gauge.total(), 4 * limit);
            assert!(gauge.peak() <= limit);
        }
    });
}

#[tokio::test(start_paused = true)]
async fn c103_a_deep_chain_in_a_group_of_one() {
    fn link(group: &Group<String>, log: Log, left: u32) {
        let inner = group.clone();
        group.spawn(async move {
            log.note(left.to_string());
            if left > 0 {
                link(&inner, log, left - 1);
            }
        });
    }
    let log = Log::new();
    task_group(async |group| {
        link(&group, log.clone(), 5);
        Ok::<_, String>(())
    })
    .limit(1)
    .await
    .unwrap();
    assert_eq!(log.text(), "5 4 3 2 1 0");
}

#[tokio::test(start_paused = true)]
async fn c102_ready_waits_until_a_child_would_start_at_once() {
    let made = task_group(async |group: Group<String>| {
        let mut made = Vec::new();
        let start = tokio::time::Instant::now();
        for _ in 0..6 {
            group.ready().await;
            made.push(start.elapsed().as_millis());
            assert!(group.len() < 2);
            group.spawn(after(100, ()));
        }
        Ok(made)
    })
    .limit(2)
    .await
    .unwrap();
    assert_eq!(made, [0, 0, 100, 100, 200, 200]);
}

#[test]
fn c102_several_that_wait_for_ready_all_come_to_their_turn() {
    on_both_runtimes(|| async {
        let permits = Arc::new(Semaphore::new(0));
        let gauge = Arc::new(Gauge::new());
        task_group(async |group: Group<String>| {
            let spawners: Vec<_> = (0..8)
                .map(|_| {
                    let (group, gauge) = (group.clone(), gauge.clone());
                    tokio::spawn(async move {
                        for _ in 0..5 {
                            group.ready().await;
                            let gauge = gauge.clone();
                            group.spawn(async move {
                                let _inside = gauge.enter();
                                yield_now().await;
                            });
                        }
                    })
                })
                .collect();
            for spawner in spawners {
                spawner.await.unwrap();
            }
            Ok(())
        })
        .limit(2)
        .await
        .unwrap();
        permits.close();
        assert_eq!(gauge.total(), 40);
        assert!(gauge.peak() <= 2);
    });
}

#[tokio::test(start_paused = true)]
async fn c102_ready_does_not_wait_for_ever() {
    // Without a limit, and for a group that takes no more.
    let kept = task_group(async |group: Group<String>| {
        for _ in 0..100 {
            group.spawn(pending::<()>());
            group.ready().await;
        }
        group.cancel();
        group.ready().await;
        Ok(group)
    })
    .await
    .unwrap();
    kept.ready().await;

    let kept = task_group(async |group: Group<String>| {
        group.spawn(pending::<()>());
        let waiting = tokio::spawn({
            let group = group.clone();
            async move { group.ready().await }
        });
        spin().await;
        assert!(!waiting.is_finished());
        group.cancel();
        waiting.await.unwrap();
        Ok(group)
    })
    .limit(1)
    .await
    .unwrap();
    kept.ready().await;
}
