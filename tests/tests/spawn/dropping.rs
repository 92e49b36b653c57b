//! A task that is dropped is cancelled, and whoever is around waits until it is gone.

use std::future::{pending, ready};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use weftwork::{Context, Task, clean_ups, drain, gather, race, spawn, timeout, with};
use weftwork_tests::{Log, spin};

use super::both::{WhenDropped, current_thread, gated, noted, on, on_both, turns};

async fn standing(context: Context<()>) -> Task<()> {
    let (entered, is_entered) = oneshot::channel::<()>();
    let task = spawn(with!(_ = context, async move {
        entered.send(()).unwrap();
        pending::<()>().await;
    }));
    is_entered.await.unwrap();
    task
}

#[test]
fn c82_dropping_a_task_cancels_it() {
    on(&current_thread(), 1, || async {
        let log = Log::new();
        let dropped = log.on_drop("dropped");
        let task = spawn(async move {
            let _dropped = dropped;
            pending::<()>().await;
        });
        spin().await;
        assert_eq!(log.text(), "");
        drop(task);
        spin().await;
        assert_eq!(log.text(), "dropped");
    });
}

#[test]
fn c82_its_clean_ups_are_tracked() {
    on(&current_thread(), 1, || async {
        let (log, gate) = (Log::new(), Arc::new(Notify::new()));
        let slow = gated(&log, "context of c82", &gate);
        let line = line!() + 1;
        let task = spawn(with!(_ = slow, { pending::<()>().await })).named("task of c82");
        spin().await;
        drop(task);
        // From the drop on, although nobody has had a turn to stop it.
        let left = clean_ups();
        assert_eq!(left.iter().map(weftwork::CleanUp::name).collect::<Vec<_>>(), ["task of c82"]);
        assert_eq!(left[0].place().line(), line);
        spin().await;
        let names = |left: &[weftwork::CleanUp]| left.iter().map(|one| one.name().to_owned()).collect::<Vec<_>>();
        assert_eq!(names(&clean_ups()), ["task of c82", "context of c82"]);
        assert_eq!(names(&drain(Duration::from_secs(5)).await), ["task of c82", "context of c82"]);
        gate.notify_one();
        assert_eq!(drain(Duration::MAX).await.len(), 0);
        assert_eq!(log.text(), "+context of c82 context of c82( context of c82)");
    });
}

#[test]
fn c82_a_timeout_around_waits_for_it() {
    on_both(20, || async {
        let log = Log::new();
        let task = standing(noted(&log, "a")).await;
        let held = async {
            let _task = task;
            pending::<()>().await;
        };
        timeout(Duration::ZERO, held).await.unwrap_err();
        log.note("back");
        assert_eq!(log.text(), "+a a( a) back");
        assert_eq!(clean_ups().len(), 0);
    });
}

/// The same when it is awaited at that moment.
#[test]
fn c82_a_timeout_around_its_wait() {
    on_both(20, || async {
        let log = Log::new();
        let task = standing(noted(&log, "a")).await;
        timeout(Duration::ZERO, task).await.unwrap_err();
        log.note("back");
        assert_eq!(log.text(), "+a a( a) back");
    });
}

#[test]
fn c82_a_race_that_it_loses() {
    on_both(20, || async {
        let log = Log::new();
        let task = standing(noted(&log, "a")).await;
        let first = race!(async { task.await.map_or(1, |()| 2) }, ready(7)).await;
        log.note(format!("{first}"));
        assert_eq!(log.text(), "+a a( a) 7");
    });
}

#[test]
fn c82_a_gather_that_fails() {
    on_both(20, || async {
        let log = Log::new();
        let task = standing(noted(&log, "a")).await;
        let failed = gather!(async { Ok::<_, &str>(task.await) }?, async { Err::<(), _>("mine") }?).await;
        assert_eq!(failed.map(drop), Err("mine"));
        log.note("back");
        assert_eq!(log.text(), "+a a( a) back");
    });
}

/// One in another in another: the one around all of them waits for the innermost clean-up.
#[test]
fn c82_tasks_that_hold_tasks() {
    fn nested(log: &Log, depth: usize, entered: oneshot::Sender<()>) -> futures::future::BoxFuture<'static, ()> {
        const NAMES: [&str; 4] = ["0", "1", "2", "3"];
        let (context, log) = (noted(log, NAMES[depth]), log.clone());
        Box::pin(async move {
            with!(_ = context, async {
                if depth == 0 {
                    entered.send(()).unwrap();
                    pending::<()>().await;
                } else {
                    spawn(nested(&log, depth - 1, entered)).await.unwrap();
                }
            })
            .await;
        })
    }
    on_both(20, || async {
        let log = Log::new();
        let (entered, is_entered) = oneshot::channel();
        let task = spawn(nested(&log, 3, entered));
        is_entered.await.unwrap();
        timeout(Duration::ZERO, task).await.unwrap_err();
        assert_eq!(log.text(), "+3 +2 +1 +0 0( 0) 1( 1) 2( 2) 3( 3)");
        assert_eq!(clean_ups().len(), 0);
    });
}

/// A body of a plain `async` function that lets its task go in the middle waits at its own end no more than any other does.
#[test]
fn c82_drain_waits_for_what_nobody_is_around() {
    on_both(20, || async {
        let log = Log::new();
        let task = standing(noted(&log, "a")).await;
        drop(task);
        assert_eq!(drain(Duration::MAX).await.len(), 0);
        assert_eq!(log.text(), "+a a( a)");
    });
}

/// What the task itself has let go is waited for with it.
#[test]
fn c82_what_it_has_dropped_before_belongs_to_it() {
    on(&current_thread(), 1, || async {
        let (log, gate) = (Log::new(), Arc::new(Notify::new()));
        let slow = gated(&log, "inner", &gate);
        let task = spawn(async move {
            drop(standing(slow).await);
            pending::<()>().await;
        });
        turns().await;
        let opened = async {
            turns().await;
            log.note("open");
            gate.notify_one();
        };
        let (output, ()) = tokio::join!(task.cancel(), opened);
        assert_eq!(output, None);
        log.note("back");
        assert_eq!(log.text(), "+inner inner( open inner) back");
    });
}

/// What a task that ends by itself has let go is nobody's business but `drain`'s: awaiting it waits for its output alone.
#[test]
fn c82_what_one_that_has_ended_has_dropped() {
    on(&current_thread(), 1, || async {
        let (log, gate) = (Log::new(), Arc::new(Notify::new()));
        let slow = gated(&log, "inner", &gate);
        let task = spawn(async move { drop(standing(slow).await) });
        task.await.unwrap();
        assert_eq!(log.text(), "+inner");
        gate.notify_one();
        assert_eq!(drain(Duration::MAX).await.len(), 0);
        assert_eq!(log.text(), "+inner inner( inner)");
    });
}

#[test]
fn c82_a_destructor_may_spawn() {
    on_both(20, || async {
        let log = Log::new();
        let noted = log.clone();
        let (begun, has_begun) = oneshot::channel();
        let (sent, is_sent) = oneshot::channel::<Task<()>>();
        let mut sent = Some(sent);
        let task = spawn(async move {
            let _at_the_end = WhenDropped(move || {
                let noted = noted.clone();
                // One that is kept, and one that is cancelled at once.
                let kept = spawn(async move { noted.note("spawned") });
                drop(spawn(pending::<()>()));
                drop(sent.take().unwrap().send(kept));
            });
            begun.send(()).unwrap();
            pending::<()>().await;
        });
        has_begun.await.unwrap();
        drop(task);
        is_sent.await.unwrap().await.unwrap();
        assert_eq!(drain(Duration::MAX).await.len(), 0);
        assert_eq!(log.text(), "spawned");
    });
}

#[test]
fn c82_many_at_once() {
    on_both(2, || async {
        let tasks: Vec<Task<()>> = (0..2000).map(|_| spawn(pending())).collect();
        let held = async {
            let _tasks = tasks;
            pending::<()>().await;
        };
        timeout(Duration::ZERO, held).await.unwrap_err();
        assert_eq!(clean_ups().len(), 0);
    });
}

/// Nobody is around on a thread outside of every runtime, and the drop is no error there.
#[test]
fn c82_dropped_outside_of_the_runtime() {
    on_both(5, || async {
        let log = Log::new();
        let task = standing(noted(&log, "a")).await;
        std::thread::spawn(move || drop(task)).join().unwrap();
        assert_eq!(drain(Duration::MAX).await.len(), 0);
        assert_eq!(log.text(), "+a a( a)");
    });
}

/// A future on another runtime drops it: that runtime waits, and the clean-up runs on its own.
#[test]
fn c82_dropped_on_another_runtime() {
    let home = super::both::multi_thread();
    let log = Log::new();
    let task = home.block_on(standing(noted(&log, "a")));
    super::both::multi_thread().block_on(async { timeout(Duration::ZERO, task).await.unwrap_err() });
    log.note("back");
    assert_eq!(log.text(), "+a a( a) back");
    home.block_on(async { assert_eq!(clean_ups().len(), 0) });
}
