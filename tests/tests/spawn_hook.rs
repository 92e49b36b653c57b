//! W46, W47: what the report hook gets of tasks. It is that of the whole process: one test after the other, and a program of its own.

#![allow(clippy::async_yields_async, reason = "handles of tasks are handed out of blocks")]

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{ThreadId, current};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Mutex, oneshot};
use tokio::task::yield_now;
use weftwork::{ReportKind, Task, set_report_hook, spawn, take_report_hook, tasks};
use weftwork_tests::Log;

static TURN: Mutex<()> = Mutex::const_new(());

fn multi_thread() -> Runtime {
    Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap()
}

async fn panics() {
    panic!("on purpose");
}

async fn fails() -> Result<(), &'static str> {
    Err("on purpose")
}

/// Waits until no task of this name lives, and its end is told.
async fn gone(name: &str) {
    while tasks().iter().any(|task| task.name() == name) {
        yield_now().await;
    }
    for _ in 0..100 {
        yield_now().await;
    }
}

#[tokio::test]
async fn w46_kind_name_number_place_and_message() {
    let _turn = TURN.lock().await;
    let log = Log::new();
    let noted = log.clone();
    set_report_hook(move |report| {
        assert!(report.site().unwrap().file().ends_with("spawn_hook.rs"));
        let id = report.task().unwrap();
        noted.note(format!("{:?}|{}|{id}|{}", report.kind(), report.name(), report.message()).replace(' ', "_"));
    });
    let (failed, panicked) = (spawn(fails()).named("failed"), spawn(panics()).named("panicked"));
    let ids = [failed.id(), panicked.id()];
    failed.detach();
    panicked.detach();
    gone("panicked").await;
    take_report_hook();
    let expected = [
        format!("TaskFailed|failed|{}|failed:_on_purpose", ids[0]),
        format!("TaskPanicked|panicked|{}|panicked:_on_purpose", ids[1]),
    ];
    assert_eq!(log.text(), expected.join(" "));
}

/// On the thread where it came up.
#[test]
fn w46_from_any_thread() {
    let _turn = TURN.blocking_lock();
    let seen: Arc<std::sync::Mutex<Vec<ThreadId>>> = Arc::default();
    let noted = seen.clone();
    set_report_hook(move |_| noted.lock().unwrap().push(current().id()));
    let runtime = multi_thread();
    let task: Task<()> = runtime.block_on(async {
        let task = spawn(panics());
        while !task.is_finished() {
            yield_now().await;
        }
        task
    });
    // It is looked at by nobody on a thread that knows of no runtime.
    let dropping = std::thread::spawn(move || {
        drop(task);
        current().id()
    });
    let on = dropping.join().unwrap();
    take_report_hook();
    assert_eq!(*seen.lock().unwrap(), [on]);
}

#[test]
fn w46_each_once_from_all_workers() {
    let _turn = TURN.blocking_lock();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    set_report_hook(move |report| {
        assert_eq!(report.kind(), ReportKind::TaskFailed);
        counted.fetch_add(1, Ordering::SeqCst);
    });
    multi_thread().block_on(async {
        let spawning: Vec<_> = (0..8)
            .map(|_| {
                tokio::spawn(async {
                    for _ in 0..100 {
                        spawn(fails()).named("w46 once").detach();
                        yield_now().await;
                    }
                })
            })
            .collect();
        for task in spawning {
            task.await.unwrap();
        }
        while count.load(Ordering::SeqCst) < 800 {
            yield_now().await;
        }
        gone("w46 once").await;
    });
    take_report_hook();
    assert_eq!(count.load(Ordering::SeqCst), 800);
}

#[test]
fn w47_a_hook_that_panics_harms_nobody() {
    for runtime in [Builder::new_current_thread().build().unwrap(), multi_thread()] {
        let _turn = TURN.blocking_lock();
        let count = Arc::new(AtomicUsize::new(0));
        let counted = count.clone();
        set_report_hook(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            panic!("in the hook, on purpose");
        });
        runtime.block_on(async {
            let told = count.clone();
            let neighbour = spawn(async move {
                while told.load(Ordering::SeqCst) < 4 {
                    yield_now().await;
                }
                7
            });
            spawn(fails()).named("w47").detach();
            spawn(panics()).named("w47").detach();
            gone("w47").await;
            // In a destructor, and behind the end of the task.
            let (panicked, failed) = (spawn(panics()), spawn(fails()));
            while !(panicked.is_finished() && failed.is_finished()) {
                yield_now().await;
            }
            drop(panicked);
            failed.detach();
            assert_eq!(neighbour.await.unwrap(), 7);
            assert_eq!(spawn(ready(8)).await.unwrap(), 8);
        });
        drop(runtime);
        take_report_hook();
        assert_eq!(count.load(Ordering::SeqCst), 4, "each is told, and later ones as well");
    }
}

/// One that is dropped while its thread panics is told as well, and that panic goes on.
#[test]
fn w47_in_a_drop_that_a_panic_runs() {
    let _turn = TURN.blocking_lock();
    let log = Log::new();
    let noted = log.clone();
    set_report_hook(move |report| {
        noted.note(report.name());
        panic!("in the hook, on purpose");
    });
    let runtime = multi_thread();
    let outer = runtime.block_on(async {
        let outer = spawn(async {
            let held = spawn(panics()).named("held");
            while !held.is_finished() {
                yield_now().await;
            }
            panic!("outer, on purpose");
        });
        let outer: Task<()> = outer;
        outer.await.unwrap_err()
    });
    take_report_hook();
    assert_eq!((log.text().as_str(), outer.message().as_deref()), ("held", Some("outer, on purpose")));
}

/// A hook may use what it is told of: no lock is held while it runs.
#[test]
fn w47_a_hook_may_look_and_spawn() {
    let _turn = TURN.blocking_lock();
    let (sent, is_sent) = oneshot::channel();
    let sent = std::sync::Mutex::new(Some(sent));
    set_report_hook(move |report| {
        let listed = tasks().iter().filter(|task| Some(task.id()) == report.task()).count();
        let Some(sent) = sent.lock().unwrap().take() else { return };
        spawn(async move { sent.send(listed).map_err(|_| "nobody is there") }).detach();
    });
    multi_thread().block_on(async {
        spawn(fails()).detach();
        assert_eq!(is_sent.await, Ok(0), "it is off the list by then");
    });
    take_report_hook();
}
