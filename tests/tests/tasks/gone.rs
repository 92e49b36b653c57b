//! When something lives no more.

use std::future::pending;

use tokio::sync::oneshot;
use weftwork::{Group, OnFailure, background, context, drain, drain_background, secs, spawn, task_group, with};
use weftwork_tests::{Reports, on_both_runtimes, poll_once, spin};

use super::kit::{alive, current_thread, one, until};

#[test]
fn one_that_has_ended_is_gone_read_or_not() {
    on_both_runtimes(|| async {
        let (end, may_end) = oneshot::channel::<()>();
        let task = spawn(async move { may_end.await.unwrap() }).named("gone ended");
        assert_eq!(alive("gone ended"), 1);
        end.send(()).unwrap();
        until(|| alive("gone ended") == 0).await;
        task.await.unwrap();
        assert_eq!(alive("gone ended"), 0);
    });
}

#[test]
fn one_that_was_awaited_is_gone() {
    on_both_runtimes(|| async {
        for _ in 0..100 {
            spawn(tokio::task::yield_now()).named("gone awaited").await.unwrap();
            assert_eq!(alive("gone awaited"), 0);
        }
    });
}

#[test]
fn one_that_has_panicked_is_gone() {
    async fn panics() {
        panic!("on purpose");
    }
    on_both_runtimes(|| async {
        assert!(spawn(panics()).named("gone panicked").await.unwrap_err().is_panic());
        assert_eq!(alive("gone panicked"), 0);
        task_group(async |group: Group<String>| {
            let child = group.spawn_named("gone panicked child", panics());
            assert!(child.await.unwrap_err().is_panic());
            assert_eq!(alive("gone panicked child"), 0);
            Ok(())
        })
        .on_failure(OnFailure::Ignore)
        .await
        .unwrap();
    });
}

#[test]
fn one_that_was_cancelled_is_gone_behind_the_wait() {
    on_both_runtimes(|| async {
        let task = spawn(pending::<()>()).named("gone cancelled");
        assert_eq!(task.cancel().await, None);
        assert_eq!(alive("gone cancelled"), 0);
    });
}

#[test]
fn one_whose_handle_is_dropped_is_gone_soon() {
    on_both_runtimes(|| async {
        drop(spawn(pending::<()>()).named("gone dropped"));
        until(|| alive("gone dropped") == 0).await;
    });
}

/// Its future is gone, and its clean-up runs on: that is what `clean_ups` lists.
#[tokio::test(start_paused = true)]
async fn one_that_cleans_up_is_no_task_any_more() {
    let slow = || {
        let context: weftwork::Context<()> = context!(async {
            yield ();
            tokio::time::sleep(secs(5)).await;
        });
        context
    };
    let context = slow();
    let task = spawn(with!(_ = context, { pending::<()>().await })).named("gone cleans up");
    spin().await;
    drop(task);
    spin().await;
    assert_eq!(alive("gone cleans up"), 0);
    assert!(weftwork::clean_ups().iter().any(|clean_up| clean_up.name() == "gone cleans up"));
    assert!(drain(secs(9)).await.is_empty());
}

#[test]
fn a_detached_one_lives_to_its_end() {
    on_both_runtimes(|| async {
        let (end, may_end) = oneshot::channel::<()>();
        spawn(async move { may_end.await.unwrap() }).named("gone detached").detach();
        assert_eq!(alive("gone detached"), 1);
        end.send(()).unwrap();
        until(|| alive("gone detached") == 0).await;
    });
}

#[test]
fn a_group_and_its_children_are_gone_behind_it() {
    on_both_runtimes(|| async {
        let mut kept = None;
        let kept_here = &mut kept;
        task_group(async |group| {
            for _ in 0..10 {
                group.spawn_named("gone child", tokio::task::yield_now());
            }
            assert_eq!(alive("gone group"), 1);
            *kept_here = Some(group);
        })
        .named("gone group")
        .await
        .unwrap();
        assert_eq!((alive("gone group"), alive("gone child")), (0, 0));
        // What was kept of it takes no more children.
        let group = kept.unwrap();
        assert!(group.spawn_named("gone child", pending::<()>()).await.unwrap_err().is_cancelled());
        assert_eq!((alive("gone group"), alive("gone child")), (0, 0));
    });
}

#[test]
fn a_group_that_fails_or_is_dropped_is_gone() {
    Reports::start();
    on_both_runtimes(|| async {
        let failing = task_group(async |group: Group<String>| {
            group.spawn_named("gone failing child", pending::<()>());
            Err::<(), _>(String::from("on purpose"))
        });
        failing.named("gone failing").await.unwrap_err();
        assert_eq!((alive("gone failing"), alive("gone failing child")), (0, 0));
        let mut dropped = Box::pin(
            task_group(async |group: Group<String>| {
                group.spawn_named("gone dropped child", pending::<()>());
                pending::<Result<(), String>>().await
            })
            .named("gone dropped group"),
        );
        assert!(poll_once(dropped.as_mut()).is_pending());
        assert_eq!((alive("gone dropped group"), alive("gone dropped child")), (1, 1));
        drop(dropped);
        // It is there as long as a child of it is.
        until(|| alive("gone dropped child") == 0).await;
        until(|| alive("gone dropped group") == 0).await;
    });
}

#[test]
fn the_end_of_the_runtime_takes_all_of_them() {
    let runtime = current_thread();
    let (task,) = runtime.block_on(async {
        background("gone runtime", pending::<()>());
        let task = spawn(async {
            let _inner = spawn(pending::<()>()).named("gone runtime");
            let group = task_group(async |group: Group<String>| {
                group.spawn_named("gone runtime", pending::<()>());
                pending::<Result<(), String>>().await
            });
            group.named("gone runtime").await
        });
        spin().await;
        (task.named("gone runtime"),)
    });
    assert_eq!(alive("gone runtime"), 5);
    drop(runtime);
    assert_eq!(alive("gone runtime"), 0);
    drop(task);
    // On one that has ended nothing lives.
    let runtime = current_thread();
    let handle = runtime.handle().clone();
    drop(runtime);
    let _entered = handle.enter();
    let task = spawn(pending::<()>()).named("gone runtime");
    assert_eq!(alive("gone runtime"), 0);
    drop(task);
}

/// Its destructors are a part of its life.
#[test]
fn it_lives_while_its_future_is_dropped() {
    struct Looks(&'static str, Option<oneshot::Sender<usize>>);
    impl Drop for Looks {
        fn drop(&mut self) {
            let seen = self.1.take().unwrap();
            seen.send(alive(self.0)).unwrap();
        }
    }
    on_both_runtimes(|| async {
        for is_cancelled in [false, true] {
            let (seen, sees) = oneshot::channel();
            let looks = Looks("gone destructor", Some(seen));
            let (begun, has_begun) = oneshot::channel();
            let task = spawn(async move {
                let _looks = looks;
                tokio::task::yield_now().await;
                begun.send(()).unwrap();
                if is_cancelled {
                    pending::<()>().await;
                }
            });
            let task = task.named("gone destructor");
            has_begun.await.unwrap();
            if is_cancelled {
                drop(task);
                assert_eq!(sees.await, Ok(1));
            } else {
                task.await.unwrap();
                assert_eq!(sees.await, Ok(1));
            }
            until(|| alive("gone destructor") == 0).await;
        }
    });
}

/// One that waits for a place is there, as it will run.
#[tokio::test(start_paused = true)]
async fn a_child_without_a_place_is_listed() {
    task_group(async |group| {
        let (end, may_end) = oneshot::channel::<()>();
        group.spawn_named("gone has place", async move { may_end.await.unwrap() });
        group.spawn_named("gone waits", async {});
        spin().await;
        assert_eq!((alive("gone has place"), alive("gone waits")), (1, 1));
        assert_eq!(one("gone waits").parent(), one("gone has place").parent());
        end.send(()).unwrap();
        until(|| alive("gone has place") + alive("gone waits") == 0).await;
    })
    .limit(1)
    .await
    .unwrap();
    assert!(drain_background(secs(0)).await.is_empty());
}
