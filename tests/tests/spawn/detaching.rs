//! `detach`: the task runs on without a handle, and its failure is reported.

use std::error::Error;
use std::fmt;
use std::future::{pending, ready};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::task::yield_now;
use weftwork::{Outcome, Report, ReportKind, clean_ups, drain, secs, spawn, tasks, timeout, with, with_grace};
use weftwork_tests::{Log, Reports, spin};

use super::both::{current_thread, gated, multi_thread, on, on_both};

/// With a source, and that with one.
#[derive(Debug)]
struct Deep(u8);

impl fmt::Display for Deep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at depth {}", self.0)
    }
}

impl Error for Deep {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self.0 {
            1 => Some(&Self(2)),
            2 => Some(&Self(3)),
            _ => None,
        }
    }
}

async fn panics(number: u8) {
    yield_now().await;
    panic!("on purpose, {number}");
}

/// What was reported about `name` once no task of that name lives.
async fn reported(name: &str) -> Vec<Report> {
    while tasks().iter().any(|task| task.name() == name) {
        yield_now().await;
    }
    // It is off the list just before it is judged.
    for _ in 0..100 {
        yield_now().await;
    }
    Reports::take(name)
}

#[track_caller]
fn only(mut reports: Vec<Report>) -> Report {
    assert_eq!(reports.len(), 1, "{reports:?}");
    reports.remove(0)
}

#[test]
fn c84_it_runs_to_its_end() {
    on_both(20, || async {
        let (done, is_done) = oneshot::channel();
        spawn(async move {
            yield_now().await;
            assert!(done.send(7).is_ok());
        })
        .detach();
        assert_eq!(is_done.await, Ok(7));
    });
}

#[test]
fn w39_a_panic_is_reported() {
    Reports::start();
    on(&current_thread(), 1, || async {
        let line = line!() + 1;
        let task = spawn(panics(7)).named("w39");
        let (id, site) = (task.id(), task.site());
        Outcomes::detach(task);
        let report = only(reported("w39").await);
        assert_eq!((report.kind(), report.task(), report.site()), (ReportKind::TaskPanicked, Some(id), Some(site)));
        assert_eq!(report.message(), "panicked: on purpose, 7");
        let text = report.to_string();
        assert_eq!(text, format!("the task `w39` {id} ({site}) panicked: on purpose, 7"));
        assert!(text.contains(&format!("detaching.rs:{line}:")), "{text}");
    });
}

/// A helper of a user's that is generic over what it detaches.
struct Outcomes;

impl Outcomes {
    fn detach<T: Outcome + Send + 'static>(task: weftwork::Task<T>) {
        task.detach();
    }
}

async fn w39_without_a_name() {
    panic!("on purpose");
}

#[test]
fn w39_without_a_name_it_is_that_of_the_future() {
    Reports::start();
    on(&current_thread(), 1, || async {
        spawn(w39_without_a_name()).detach();
        spin().await;
        let report = only(Reports::take("spawn::detaching::w39_without_a_name"));
        assert!(report.site().unwrap().file().ends_with("detaching.rs"), "{report}");
    });
}

#[test]
fn w40_an_error_is_reported_with_its_sources() {
    Reports::start();
    on(&current_thread(), 1, || async {
        let task = spawn(async { Err::<u8, _>(Deep(1)) }).named("w40 deep");
        let (id, site) = (task.id(), task.site());
        task.detach();
        let report = only(reported("w40 deep").await);
        assert_eq!((report.kind(), report.task(), report.site()), (ReportKind::TaskFailed, Some(id), Some(site)));
        assert_eq!(report.message(), "failed: at depth 1: at depth 2: at depth 3");
    });
}

#[test]
fn w40_errors_of_every_kind() {
    Reports::start();
    on(&current_thread(), 1, || async {
        spawn(async { Err::<(), _>("a text") }).named("w40 text").detach();
        spawn(async { Err::<(), _>(Box::<dyn Error + Send + Sync>::from(Deep(2))) }).named("w40 boxed").detach();
        spawn(async { Err::<(), _>(anyhow::Error::new(Deep(3)).context("outer")) }).named("w40 anyhow").detach();
        spawn(async { Err::<(), _>(spawn(async { panic!("inner") }).await.unwrap_err()) }).named("w40 task").detach();
        let mut messages = Vec::new();
        for name in ["w40 text", "w40 boxed", "w40 anyhow", "w40 task"] {
            messages.push(only(reported(name).await).message().to_owned());
        }
        assert_eq!(messages[..3], ["failed: a text", "failed: at depth 2: at depth 3", "failed: outer: at depth 3"]);
        assert!(messages[3].ends_with("panicked: inner"), "{messages:?}");
    });
}

#[test]
fn w40_what_is_no_failure_is_silent() {
    Reports::start();
    on_both(5, || async {
        spawn(async {}).named("w40 silent").detach();
        spawn(async { Ok::<_, Deep>(7) }).named("w40 silent").detach();
        let task = spawn(async { Ok::<_, Deep>(7) }).named("w40 silent");
        while !task.is_finished() {
            yield_now().await;
        }
        task.detach();
        assert_eq!(reported("w40 silent").await.len(), 0);
    });
}

#[test]
fn w40_a_type_of_ones_own_says_it() {
    struct Health(bool);
    impl Outcome for Health {
        fn failure(&self) -> Option<String> {
            (!self.0).then(|| String::from("down"))
        }

        fn judge(self) -> Result<Self, Box<dyn Error + Send + Sync>> {
            if self.0 { Ok(self) } else { Err("down".into()) }
        }
    }
    Reports::start();
    on_both(5, || async {
        spawn(async { Health(true) }).named("w40 fine").detach();
        spawn(async { Health(false) }).named("w40 down").detach();
        assert_eq!(only(reported("w40 down").await).message(), "failed: down");
        assert_eq!(reported("w40 fine").await.len(), 0);
    });
}

#[test]
fn c84_detached_behind_its_end() {
    Reports::start();
    on_both(20, || async {
        let failed = spawn(async { Err::<(), _>(Deep(3)) }).named("c84 failed");
        let panicked = spawn(panics(7)).named("c84 panicked");
        while !(failed.is_finished() && panicked.is_finished()) {
            yield_now().await;
        }
        let ids = [failed.id(), panicked.id()];
        failed.detach();
        Outcomes::detach(panicked);
        // At once, and not in a task.
        let (failed, panicked) = (only(Reports::take("c84 failed")), only(Reports::take("c84 panicked")));
        assert_eq!((failed.kind(), failed.task()), (ReportKind::TaskFailed, Some(ids[0])));
        assert_eq!((panicked.kind(), panicked.task()), (ReportKind::TaskPanicked, Some(ids[1])));
        assert_eq!((failed.message(), panicked.message()), ("failed: at depth 3", "panicked: on purpose, 7"));
    });
}

#[test]
fn c84_detached_at_the_moment_of_its_end() {
    Reports::start();
    on(&multi_thread(), 500, || async {
        let failed = spawn(async { Err::<(), _>(Deep(3)) }).named("c84 moment");
        let panicked = spawn(panics(7)).named("c84 moment");
        let ids = [failed.id(), panicked.id()];
        failed.detach();
        Outcomes::detach(panicked);
        let mut reports = Vec::new();
        // Each comes; that there are no more is seen in the round behind.
        while reports.len() < 2 {
            reports.extend(Reports::take("c84 moment"));
            yield_now().await;
        }
        let mut seen: Vec<_> = reports.iter().filter_map(Report::task).collect();
        seen.sort_unstable();
        assert_eq!(seen, ids, "each once: {reports:?}");
    });
    assert_eq!(Reports::take("c84 moment").len(), 0);
}

#[test]
fn c84_behind_its_result_there_is_nothing_to_report() {
    Reports::start();
    on_both(5, || async {
        let mut task = spawn(async { Err::<(), _>(Deep(3)) }).named("c84 taken");
        while !task.is_finished() {
            yield_now().await;
        }
        assert!(task.try_result().unwrap().unwrap().is_err());
        task.detach();
        assert_eq!(reported("c84 taken").await.len(), 0);
    });
}

#[test]
fn c84_detached_outside_of_the_runtime() {
    Reports::start();
    on_both(5, || async {
        let task = spawn(async { Err::<(), _>(Deep(3)) }).named("c84 outside");
        std::thread::spawn(move || task.detach()).join().unwrap();
        while Reports::take("c84 outside").is_empty() {
            yield_now().await;
        }
    });
}

#[test]
fn c84_the_end_of_the_runtime_cuts_it() {
    Reports::start();
    let (log, runtime) = (Log::new(), current_thread());
    let dropped = log.on_drop("dropped");
    runtime.block_on(async {
        let task = spawn(async move {
            let _dropped = dropped;
            pending::<()>().await;
        });
        task.named("c84 cut").detach();
        spin().await;
    });
    assert_eq!(log.text(), "");
    drop(runtime);
    assert_eq!(log.text(), "dropped");
    assert_eq!(Reports::take("c84 cut").len(), 0, "that is no failure");
    // One whose runtime is gone already.
    let runtime = current_thread();
    let task = runtime.block_on(async { spawn(async {}).named("c84 cut") });
    drop(runtime);
    task.detach();
    assert_eq!(Reports::take("c84 cut").len(), 0);
}

/// Nobody waits for it: neither the construct around nor `drain`.
#[test]
fn c84_nobody_waits_for_it() {
    on(&current_thread(), 1, || async {
        let (go, gone) = oneshot::channel::<()>();
        let (done, is_done) = oneshot::channel();
        let work = async {
            spawn(async move {
                gone.await.unwrap();
                done.send(7).unwrap();
            })
            .detach();
            pending::<()>().await;
        };
        timeout(Duration::ZERO, work).await.unwrap_err();
        assert_eq!(clean_ups().len(), 0);
        assert_eq!(drain(secs(5)).await.len(), 0);
        go.send(()).unwrap();
        assert_eq!(is_done.await, Ok(7));
    });
}

/// It is on the list until its end.
#[test]
fn c84_it_stays_on_the_list() {
    on_both(5, || async {
        let (go, gone) = oneshot::channel::<()>();
        let task = spawn(async { drop(gone.await) }).named("c84 listed");
        let id = task.id();
        task.detach();
        assert!(tasks().iter().any(|task| task.id() == id && task.name() == "c84 listed"));
        go.send(()).unwrap();
        while tasks().iter().any(|task| task.id() == id) {
            yield_now().await;
        }
    });
}

/// What it was spawned in lets it go: of a period set around it nothing is left.
#[test]
fn c84_the_grace_period_around_it_is_let_go() {
    on(&current_thread(), 1, || async {
        let (log, gate, start) = (Log::new(), Arc::new(Notify::new()), tokio::time::Instant::now());
        let slow = gated(&log, "c84 slow", &gate);
        let (done, is_done) = oneshot::channel();
        with_grace(secs(3), async {
            spawn(async move {
                timeout(Duration::ZERO, with!(_ = slow, { pending::<()>().await })).await.unwrap_err();
                done.send(()).unwrap();
            })
            .detach();
        })
        .await;
        is_done.await.unwrap();
        assert_eq!(start.elapsed(), secs(10));
        gate.notify_one();
        assert_eq!(drain(secs(60)).await.len(), 0);
        ready(()).await;
    });
}
