//! Runtimes that are not there, that end, and that are not the one of whoever waits.

use std::future::{pending, ready};
use std::panic::{catch_unwind, set_hook, take_hook};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use weftwork::{ReportKind, Task, background, clean_ups, spawn, tasks, with};
use weftwork_tests::{Log, Reports, panic_of, poll_once, spin};

use super::both::{WhenDropped, current_thread, gated, multi_thread, noted, turns};

#[test]
fn c89_outside_of_a_runtime_it_says_who_was_called() {
    let message = panic_of(|| drop(spawn(async {})));
    assert!(message.contains("`spawn`") && message.contains("tokio runtime"), "{message}");
    let message = panic_of(|| background("c89", async {}));
    assert!(message.contains("`background`"), "{message}");
}

#[test]
fn c89_outside_of_a_runtime_the_panic_is_at_the_callers_line() {
    let places: Arc<Mutex<Vec<String>>> = Arc::default();
    let (seen, own, before) = (places.clone(), thread::current().id(), take_hook());
    set_hook(Box::new(move |info| {
        if thread::current().id() == own {
            seen.lock().unwrap().push(info.location().unwrap().to_string());
        } else {
            before(info);
        }
    }));
    let line = line!() + 1;
    assert!(catch_unwind(|| drop(spawn(async {}))).is_err());
    assert!(catch_unwind(|| background("c89", async {})).is_err());
    drop(take_hook());
    let places = places.lock().unwrap().clone();
    assert!(places[0].contains(&format!("runtimes.rs:{line}:")), "{places:?}");
    assert!(places[1].contains(&format!("runtimes.rs:{}:", line + 1)), "{places:?}");
}

#[test]
fn c89_outside_of_a_runtime_nothing_stays_behind() {
    let log = Log::new();
    let dropped = log.on_drop("dropped");
    #[track_caller]
    fn never(dropped: weftwork_tests::OnDrop) -> Task<()> {
        spawn(async move { drop(dropped) })
    }
    let line = line!() + 1;
    panic_of(|| drop(never(dropped)));
    assert_eq!(log.text(), "dropped");
    let is_ours = |site: &std::panic::Location<'_>| site.file().ends_with("runtimes.rs") && site.line() == line;
    assert!(!tasks().iter().any(|task| is_ours(task.site())));
}

#[test]
fn c89_its_runtime_shuts_down_before_it_is_awaited() {
    let home = current_thread();
    let task = home.block_on(async { spawn(pending::<()>()) });
    drop(home);
    assert!(current_thread().block_on(task).unwrap_err().is_cancelled());
}

#[test]
fn c89_its_runtime_shuts_down_while_it_is_awaited() {
    let home = multi_thread();
    let task = home.block_on(async { spawn(pending::<()>()) });
    let (waits, is_waiting) = std::sync::mpsc::channel();
    let waiting = thread::spawn(move || {
        current_thread().block_on(async {
            let mut task = task;
            assert!(poll_once(pin!(&mut task)).is_pending());
            waits.send(()).unwrap();
            task.await.unwrap_err().is_cancelled()
        })
    });
    is_waiting.recv().unwrap();
    home.shutdown_background();
    assert!(waiting.join().unwrap());
}

#[test]
fn c89_on_a_runtime_that_has_shut_down() {
    for home in [current_thread(), multi_thread()] {
        let handle = home.handle().clone();
        drop(home);
        let log = Log::new();
        let dropped = log.on_drop("dropped");
        let task = {
            let _entered = handle.enter();
            spawn(async move {
                drop(dropped);
                7
            })
        };
        assert_eq!(log.text(), "dropped");
        let id = task.id();
        assert!(!tasks().iter().any(|task| task.id() == id));
        let error = current_thread().block_on(task).unwrap_err();
        assert!(error.is_cancelled(), "{error}");
    }
}

/// What can be done with a handle can be done with it behind the end of its runtime.
#[test]
fn c89_every_use_of_a_handle_behind_the_end() {
    let handles = || -> Vec<Task<()>> {
        let home = current_thread();
        home.block_on(async { (0..4).map(|_| spawn(pending::<()>())).collect() })
    };
    let mut tasks = handles();
    drop(tasks.pop());
    tasks.pop().unwrap().detach();
    assert!(tasks.pop().unwrap().named("late").try_result().unwrap().unwrap_err().is_cancelled());
    let last = tasks.pop().unwrap();
    assert!(last.is_finished());
    current_thread().block_on(async { assert_eq!(last.cancel().await, None) });
}

/// A runtime that goes while somebody waits for the clean-up: that is lost and told, and nobody hangs.
#[test]
fn c89_its_runtime_shuts_down_while_it_is_cancelled() {
    Reports::start();
    let home = current_thread();
    let (log, gate) = (Log::new(), Arc::new(Notify::new()));
    let task = home.block_on(async {
        let slow = gated(&log, "c89 lost", &gate);
        let task = spawn(with!(_ = slow, { pending::<()>().await })).named("c89 cancelled");
        spin().await;
        task
    });
    let cancelled = task.cancel();
    home.block_on(turns());
    assert_eq!(log.text(), "+c89 lost c89 lost(");
    drop(home);
    assert_eq!(current_thread().block_on(cancelled), None);
    let kinds: Vec<_> = Reports::take("c89 lost").iter().map(weftwork::Report::kind).collect();
    assert_eq!(kinds, [ReportKind::CleanUpLost]);
    assert_eq!(Reports::take("c89 cancelled").len(), 0);
}

#[test]
fn c90_cancelled_from_another_runtime() {
    let home = multi_thread();
    let log = Log::new();
    let task = home.block_on(async {
        let (entered, is_entered) = oneshot::channel();
        let context = noted(&log, "a");
        let task = spawn(with!(_ = context, async move {
            entered.send(()).unwrap();
            pending::<()>().await;
        }));
        is_entered.await.unwrap();
        task
    });
    multi_thread().block_on(async {
        assert_eq!(task.cancel().await, None);
        log.note("back");
    });
    assert_eq!(log.text(), "+a a( a) back");
    home.block_on(async { assert_eq!(clean_ups().len(), 0) });
}

#[test]
fn c90_detached_from_another_runtime() {
    Reports::start();
    let home = multi_thread();
    let (go, gone) = oneshot::channel::<()>();
    let task = home.block_on(async {
        spawn(async move {
            gone.await.unwrap();
            Err::<(), _>("mine")
        })
    });
    current_thread().block_on(async { task.named("c90 detached").detach() });
    go.send(()).unwrap();
    home.block_on(async {
        loop {
            if let [report] = &Reports::take("c90 detached")[..] {
                break assert_eq!(report.message(), "failed: mine");
            }
            tokio::task::yield_now().await;
        }
    });
}

#[test]
fn c89_a_destructor_that_spawns_while_the_runtime_goes() {
    for home in [current_thread(), multi_thread()] {
        let (sent, is_sent) = std::sync::mpsc::channel();
        home.block_on(async {
            let (begun, has_begun) = oneshot::channel();
            let holds = async move {
                let _at_the_end = WhenDropped(move || {
                    // There is a runtime around a destructor, or there is none: no hang, and no second panic.
                    let spawned = catch_unwind(|| spawn(pending::<()>()));
                    drop(sent.send(spawned.ok()));
                });
                begun.send(()).unwrap();
                pending::<()>().await;
            };
            spawn(holds).detach();
            has_begun.await.unwrap();
        });
        drop(home);
        if let Some(task) = is_sent.recv().unwrap() {
            assert!(current_thread().block_on(task).unwrap_err().is_cancelled());
        }
    }
}

/// A `LocalSet` or a `spawn_blocking` thread is inside of a runtime, too.
#[test]
fn c80_from_wherever_a_runtime_is_around() {
    multi_thread().block_on(async {
        let on_a_thread = tokio::task::spawn_blocking(|| spawn(ready(7)));
        assert_eq!(on_a_thread.await.unwrap().await.unwrap(), 7);
        let local = tokio::task::LocalSet::new();
        let in_a_set = local.run_until(async { tokio::task::spawn_local(async { spawn(ready(7)).await.unwrap() }).await });
        assert_eq!(in_a_set.await.unwrap(), 7);
        assert_eq!(tokio::task::block_in_place(|| spawn(ready(7))).await.unwrap(), 7);
    });
    let home = multi_thread();
    let _entered = home.enter();
    let task = spawn(ready(7));
    assert_eq!(home.block_on(task).unwrap(), 7);
}

#[test]
fn c89_without_time_in_the_runtime() {
    let bare = tokio::runtime::Builder::new_current_thread().build().unwrap();
    bare.block_on(async {
        let log = Log::new();
        let context = noted(&log, "a");
        let task = spawn(with!(_ = context, { pending::<()>().await }));
        turns().await;
        assert_eq!(task.cancel().await, None);
        log.note("back");
        assert_eq!(log.text(), "+a a( a) back");
        drop(spawn(pending::<()>()));
        assert!(weftwork::timeout(Duration::MAX, spawn(ready(7))).await.unwrap().is_ok());
    });
}
