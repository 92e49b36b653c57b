//! Failures that nobody has looked at, and those that somebody has.

use std::future::{pending, ready};
use std::time::Duration;

use tokio::task::yield_now;
use weftwork::{Report, ReportKind, Task, gather, spawn, timeout};
use weftwork_tests::{Reports, panic_within, spin};

use super::both::{current_thread, on, on_both};

async fn ended<T>(task: Task<T>) -> Task<T> {
    while !task.is_finished() {
        yield_now().await;
    }
    task
}

#[track_caller]
fn take_one(name: &str) -> Report {
    let mut reports = Reports::take(name);
    assert_eq!(reports.len(), 1, "{reports:?}");
    reports.remove(0)
}

#[test]
fn w41_a_finished_task_that_panicked_and_is_dropped() {
    Reports::start();
    on_both(5, || async {
        let line = line!() + 1;
        let task = ended(spawn(async { panic!("on purpose") }).named("w41")).await;
        let task: Task<()> = task;
        let id = task.id();
        assert_eq!(Reports::take("w41").len(), 0, "somebody may still look");
        drop(task);
        let report = take_one("w41");
        assert_eq!(
            (report.kind(), report.task(), report.message()),
            (ReportKind::TaskPanicked, Some(id), "panicked: on purpose")
        );
        assert_eq!(report.site().unwrap().line(), line);
    });
}

/// It panics behind the drop of its handle, on its way to being cancelled.
#[test]
fn w41_one_that_panics_after_it_was_dropped() {
    Reports::start();
    on(&super::both::multi_thread(), 5, || async {
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        let (go, gone) = std::sync::mpsc::channel();
        let task = spawn(async move {
            begun.send(()).unwrap();
            tokio::task::block_in_place(|| gone.recv().unwrap());
            panic!("on purpose");
        })
        .named("w41 behind");
        let task: Task<()> = task;
        has_begun.await.unwrap();
        drop(task);
        go.send(()).unwrap();
        let report = loop {
            if let Some(report) = Reports::take("w41 behind").pop() {
                break report;
            }
            yield_now().await;
        };
        assert_eq!(report.message(), "panicked: on purpose");
    });
    assert_eq!(Reports::take("w41 behind").len(), 0);
}

#[test]
fn c85_one_left_at_the_end_of_the_runtime() {
    Reports::start();
    let runtime = current_thread();
    let task: Task<()> = runtime.block_on(async { ended(spawn(async { panic!("on purpose") }).named("c85 left")).await });
    drop(runtime);
    assert_eq!(Reports::take("c85 left").len(), 0);
    drop(task);
    assert_eq!(take_one("c85 left").kind(), ReportKind::TaskPanicked);
}

/// Held by another task, and both go with the runtime.
#[test]
fn c85_one_held_by_a_task_that_the_runtime_drops() {
    Reports::start();
    let runtime = current_thread();
    runtime.block_on(async {
        spawn(async {
            let _held: Task<()> = spawn(async { panic!("on purpose") }).named("c85 held");
            pending::<()>().await;
        })
        .detach();
        spin().await;
        assert_eq!(Reports::take("c85 held").len(), 0);
    });
    drop(runtime);
    assert_eq!(take_one("c85 held").message(), "panicked: on purpose");
}

#[test]
fn c85_named_behind_its_end() {
    Reports::start();
    on_both(5, || async {
        let task: Task<()> = ended(spawn(async { panic!("on purpose") })).await;
        drop(task.named("c85 late"));
        assert_eq!(take_one("c85 late").kind(), ReportKind::TaskPanicked);
    });
}

/// The type of a plain task says nothing of failures: only panics are.
#[test]
fn c86_an_error_in_a_dropped_task_is_an_output() {
    Reports::start();
    on_both(5, || async {
        drop(ended(spawn(async { Err::<(), _>("mine") }).named("c86")).await);
        assert_eq!(Reports::take("c86").len(), 0);
    });
}

#[test]
fn w42_one_that_was_awaited() {
    Reports::start();
    on_both(5, || async {
        let panics = || async { panic!("on purpose") };
        let error = spawn(panics()).named("w42").await.unwrap_err();
        drop(error);
        let mut task: Task<()> = ended(spawn(panics()).named("w42")).await;
        drop(task.try_result().unwrap().unwrap_err());
        drop(task);
        let gathered: Result<(), _> = gather!(spawn(panics()).named("w42")).await.0;
        assert!(gathered.unwrap_err().is_panic());
        assert_eq!(Reports::take("w42").len(), 0);
    });
}

/// A panic that goes on in whoever awaits is that one's.
#[test]
fn w42_a_panic_that_is_passed_on() {
    Reports::start();
    on_both(5, || async {
        let outer = spawn(async {
            let error = spawn(async { panic!("on purpose") }).named("w42 inner").await.unwrap_err();
            std::panic::resume_unwind(error.into_panic().unwrap());
        });
        let message = panic_within(async {
            let outer: Task<()> = outer.named("w42 outer");
            std::panic::resume_unwind(outer.await.unwrap_err().into_panic().unwrap());
        });
        assert_eq!(message.await, "on purpose");
        assert_eq!(Reports::take("w42 inner").len() + Reports::take("w42 outer").len(), 0);
    });
}

#[test]
fn w43_what_was_cancelled_is_no_failure() {
    Reports::start();
    on_both(5, || async {
        let task = || spawn(pending::<Result<(), &str>>()).named("w43");
        drop(task());
        assert_eq!(task().cancel().await, None);
        timeout(Duration::ZERO, task()).await.unwrap_err();
        let begun = task();
        yield_now().await;
        drop(begun);
        spin().await;
        assert_eq!(weftwork::drain(Duration::MAX).await.len(), 0);
        assert_eq!(Reports::take("w43").len(), 0);
    });
}

#[test]
fn w43_by_the_end_of_its_runtime() {
    Reports::start();
    let runtime = current_thread();
    let kept = runtime.block_on(async {
        spawn(pending::<()>()).named("w43 end").detach();
        let kept = spawn(pending::<()>()).named("w43 end");
        spin().await;
        kept
    });
    drop(runtime);
    drop(kept);
    assert_eq!(Reports::take("w43 end").len(), 0);
}

#[test]
fn w48_two_tasks_of_one_name() {
    Reports::start();
    on_both(5, || async {
        let mut tasks: Vec<Task<()>> = Vec::new();
        for number in 0..2 {
            tasks.push(spawn(async move { panic!("number {number}") }).named("w48"));
        }
        let ids: Vec<_> = tasks.iter().map(Task::id).collect();
        for task in tasks {
            drop(ended(task).await);
        }
        let reports = Reports::take("w48");
        assert_eq!(reports.iter().filter_map(Report::task).collect::<Vec<_>>(), ids);
        assert_ne!(ids[0], ids[1]);
        for (number, report) in reports.iter().enumerate() {
            let text = report.to_string();
            assert!(text.contains(&format!("`w48` {} (", ids[number])) && text.ends_with(&format!("number {number}")), "{text}");
        }
    });
}

/// A task's number is its own for the life of the process.
#[test]
fn w48_no_number_comes_twice() {
    on(&current_thread(), 1, || async {
        let mut ids = Vec::new();
        for _ in 0..1000 {
            let task = spawn(ready(()));
            ids.push(task.id());
            task.await.unwrap();
        }
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 1000);
    });
}
