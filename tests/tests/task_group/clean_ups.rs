//! What clean-ups fail with while a group ends for a failure.

use std::convert::Infallible;
use std::future::pending;
use std::sync::Arc;

use tokio::sync::Notify;
use tokio::task::yield_now;
use weftwork::{Context, Group, OnFailure, ReportKind, context, task_group, with};
use weftwork_tests::{Reports, on_both_runtimes, panic_within};

/// The error of a clean-up.
#[derive(Debug)]
struct Late;

impl From<Infallible> for Late {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl std::fmt::Display for Late {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("late")
    }
}

impl From<Late> for String {
    fn from(_: Late) -> Self {
        "late".into()
    }
}

/// Its clean-up fails.
fn failing(name: &'static str) -> Context<(), Late> {
    let context: Context<(), Late> = context!(async {
        yield ();
        yield_now().await;
        Err(Late)
    });
    context.named(name)
}

/// Its clean-up panics.
fn panicking(name: &'static str) -> Context<(), Late> {
    let context: Context<(), Late> = context!(async move {
        yield ();
        yield_now().await;
        if name.is_empty() { Ok(()) } else { panic!("in a clean-up") }
    });
    context.named(name)
}

/// A child that stands in a context until it is cancelled.
async fn standing(context: Context<(), Late>, started: Arc<Notify>) -> Result<(), Late> {
    with!(_ = context, {
        started.notify_one();
        pending::<Result<(), Late>>().await
    })
    .await
}

#[test]
fn c95_the_errors_of_clean_ups_are_attached() {
    on_both_runtimes(|| async {
        let reports = [Reports::of("c95 one"), Reports::of("c95 two")];
        let error = task_group(async |group: Group<String>| {
            let started = Arc::new(Notify::new());
            for name in ["c95 one", "c95 two"] {
                group.spawn(standing(failing(name), started.clone()));
                started.notified().await;
            }
            group.spawn(async { Err::<(), _>("broken") });
            pending::<Result<(), String>>().await
        })
        .await
        .unwrap_err();
        let mut names: Vec<_> = error.clean_ups().iter().map(|report| report.name().to_owned()).collect();
        names.sort();
        assert_eq!(names, ["c95 one", "c95 two"]);
        for report in error.clean_ups() {
            assert_eq!(report.kind(), ReportKind::CleanUpFailed);
            assert!(report.message().contains("Late"), "{report}");
        }
        assert_eq!(error.len(), 1);
        assert!(error.to_string().ends_with("failed: broken (and 2 more errors)"), "{error}");
        drop(error);
        // W45
        assert!(reports.iter().all(|reports| reports.all().is_empty()));
    });
}

#[test]
fn c95_those_of_the_body_and_of_nested_contexts() {
    on_both_runtimes(|| async {
        let error = task_group(async |group: Group<String>| {
            let started = Arc::new(Notify::new());
            let is_started = started.clone();
            group.spawn(async move {
                let inner = with!(_ = failing("c95 inner"), {
                    is_started.notify_one();
                    pending::<Result<(), Late>>().await
                });
                with!(_ = failing("c95 outer"), { inner.await }).await
            });
            started.notified().await;
            group.spawn(async { Err::<(), _>("broken") });
            with!(_ = failing("c95 body"), { pending::<Result<(), String>>().await }).await
        })
        .await
        .unwrap_err();
        let mut names: Vec<_> = error.clean_ups().iter().map(|report| report.name().to_owned()).collect();
        let place = |name: &str| names.iter().position(|one| one == name).unwrap();
        assert!(place("c95 inner") < place("c95 outer"));
        names.sort();
        assert_eq!(names, ["c95 body", "c95 inner", "c95 outer"]);
        assert_eq!(error.into_first(), "broken");
    });
}

#[test]
fn c95_a_clean_up_that_panics_is_attached() {
    on_both_runtimes(|| async {
        let reports = Reports::of("c95 panic");
        let error = task_group(async |group: Group<String>| {
            let started = Arc::new(Notify::new());
            group.spawn(standing(panicking("c95 panic"), started.clone()));
            started.notified().await;
            group.spawn(async { Err::<(), _>("broken") });
            pending::<Result<(), String>>().await
        })
        .await
        .unwrap_err();
        let [report] = error.clean_ups() else { panic!("{error:?}") };
        assert_eq!((report.kind(), report.name()), (ReportKind::CleanUpPanicked, "c95 panic"));
        assert!(report.message().contains("in a clean-up"), "{report}");
        assert!(reports.all().is_empty());
    });
}

#[test]
fn c95_of_a_context_that_is_open_when_its_own_child_fails() {
    on_both_runtimes(|| async {
        let reports = Reports::of("c95 own");
        let error = task_group(async |group: Group<String>| {
            group.spawn(async {
                let work = with!(_ = failing("c95 own"), {
                    yield_now().await;
                    Err::<(), String>("first".into())
                });
                work.await
            });
            pending::<Result<(), String>>().await
        })
        .await
        .unwrap_err();
        // The group does not fail before that clean-up has run, so it is the hook's.
        assert_eq!(error.len(), 1);
        assert!(error.clean_ups().is_empty());
        assert_eq!(reports.one().kind(), ReportKind::CleanUpFailed);
    });
}

#[test]
fn c95_without_a_failure_they_are_reported() {
    on_both_runtimes(|| async {
        let reports = Reports::of("c95 cancelled");
        task_group(async |group: Group<String>| {
            let started = Arc::new(Notify::new());
            let child = group.spawn(standing(failing("c95 cancelled"), started.clone()));
            started.notified().await;
            assert!(child.cancel().await.is_none());
            assert_eq!(reports.one().kind(), ReportKind::CleanUpFailed);
            let _second = group.spawn(standing(failing("c95 cancelled"), started.clone()));
            started.notified().await;
            group.cancel();
            Ok(())
        })
        .await
        .unwrap();
        assert_eq!(reports.all().len(), 2);
    });
}

/// A panic can carry nothing.
#[test]
fn c95_behind_a_panic_they_are_reported() {
    on_both_runtimes(|| async {
        let reports = Reports::of("c95 behind");
        let group = task_group(async |group: Group<String>| {
            let started = Arc::new(Notify::new());
            group.spawn(standing(failing("c95 behind"), started.clone()));
            started.notified().await;
            if group.is_open() {
                panic!("the body");
            }
            Ok(())
        });
        assert_eq!(panic_within(group).await, "the body");
        assert_eq!(reports.one().kind(), ReportKind::CleanUpFailed);
    });
}

/// The outer group fails, and the clean-up belongs to a child of the inner one.
#[test]
fn c95_those_in_an_inner_group_reach_the_outer_one() {
    on_both_runtimes(|| async {
        let reports = Reports::of("c95 nested");
        let error = task_group(async |outer: Group<String>| {
            let started = Arc::new(Notify::new());
            let is_started = started.clone();
            outer.spawn(async move {
                task_group(async |inner: Group<String>| {
                    inner.spawn(standing(failing("c95 nested"), is_started));
                    pending::<Result<(), String>>().await
                })
                .await
                .map_err(|error| error.to_string())
            });
            started.notified().await;
            outer.spawn(async { Err::<(), _>("broken") });
            pending::<Result<(), String>>().await
        })
        .await
        .unwrap_err();
        assert_eq!(error.clean_ups().len(), 1, "{error:?}");
        assert_eq!(error.clean_ups()[0].name(), "c95 nested");
        assert!(reports.all().is_empty());
    });
}

#[test]
fn c95_under_collect_nobody_is_cancelled_and_they_are_reported() {
    on_both_runtimes(|| async {
        let reports = Reports::of("c95 collect");
        let error = task_group(async |group: Group<String>| {
            group.spawn(async {
                let work = with!(_ = failing("c95 collect"), { Err::<(), String>("broken".into()) });
                work.await
            });
            Ok(())
        })
        .on_failure(OnFailure::Collect)
        .await
        .unwrap_err();
        assert_eq!((error.len(), error.clean_ups().len()), (1, 0));
        assert_eq!(reports.one().kind(), ReportKind::CleanUpFailed);
    });
}
