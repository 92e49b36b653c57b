//! Panics of tasks, as whoever awaits them gets them.

use std::future::{pending, ready};
use std::panic::{panic_any, resume_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::task::yield_now;
use weftwork::{ReportKind, TaskError, spawn};
use weftwork_tests::{Reports, panic_of};

use super::both::{WhenDropped, on_both};

async fn error_of(work: impl Future<Output = ()> + Send + 'static, name: &'static str) -> TaskError {
    spawn(work).named(name).await.unwrap_err()
}

#[test]
fn c81_a_panic_with_a_literal() {
    Reports::start();
    on_both(5, || async {
        let line = line!() + 1;
        let task = spawn(async { panic!("on purpose") }).named("c81 literal");
        let id = task.id();
        let error: TaskError = task.await.unwrap_err();
        assert!(error.is_panic() && !error.is_cancelled() && !error.is_failure());
        assert_eq!((error.name(), error.id()), (Some("c81 literal"), id));
        assert_eq!((error.site().line(), error.message().as_deref()), (line, Some("on purpose")));
        let text = error.to_string();
        assert!(text.starts_with(&format!("the task `c81 literal` {id} (")), "{text}");
        assert!(text.contains(&format!("panics.rs:{line}:")) && text.ends_with(") panicked: on purpose"), "{text}");
        let shown = format!("{error:?}");
        assert!(shown.contains("panicked") && shown.contains("on purpose"), "{shown}");
        assert_eq!(Reports::take("c81 literal").len(), 0, "it was awaited");
    });
}

#[test]
fn c81_a_panic_with_a_text_of_its_own() {
    on_both(5, || async {
        let number = 7;
        let error = error_of(async move { panic!("on purpose, {number}") }, "c81 text").await;
        assert_eq!(error.message().as_deref(), Some("on purpose, 7"));
        // The payload stays, however often somebody asks.
        assert_eq!(error.message().as_deref(), Some("on purpose, 7"));
        assert_eq!(*error.into_panic().unwrap().downcast::<String>().unwrap(), "on purpose, 7");
    });
}

#[test]
fn c81_a_panic_with_something_else() {
    on_both(5, || async {
        let error = error_of(async { panic_any(7_u32) }, "c81 any").await;
        assert!(error.to_string().contains("c81 any"));
        assert_eq!(error.message().as_deref(), Some("without a message"));
        assert_eq!(*error.into_panic().unwrap().downcast::<u32>().unwrap(), 7);
    });
}

#[test]
fn c81_the_payload_goes_on() {
    on_both(5, || async {
        let error = error_of(async { panic!("goes on") }, "c81 resumed").await;
        let payload = error.into_panic().unwrap();
        assert_eq!(panic_of(|| resume_unwind(payload)), "goes on");
    });
}

#[test]
fn c81_as_an_error_of_others() {
    async fn boxed() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        spawn(async { panic!("on purpose") }).await?
    }
    async fn io() -> std::io::Result<()> {
        spawn(async { panic!("on purpose") }).await?
    }
    async fn of_anyhow() -> anyhow::Result<()> {
        spawn(async { panic!("on purpose") }).await?
    }
    on_both(5, || async {
        assert!(boxed().await.unwrap_err().downcast::<TaskError>().unwrap().is_panic());
        assert_eq!(io().await.unwrap_err().kind(), std::io::ErrorKind::Other);
        assert!(of_anyhow().await.unwrap_err().downcast::<TaskError>().unwrap().is_panic());
    });
}

/// A future of a kind that `async` does not make: it is dropped behind its output.
struct Panics<F>(F);

impl<F: Future + Unpin> Future for Panics<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        Pin::new(&mut self.0).poll(cx)
    }
}

impl<F> Drop for Panics<F> {
    fn drop(&mut self) {
        panic!("in the destructor");
    }
}

#[test]
fn c81_a_destructor_behind_the_output() {
    on_both(5, || async {
        let error = spawn(Panics(ready(7))).await.unwrap_err();
        assert_eq!(error.message().as_deref(), Some("in the destructor"));
    });
}

#[test]
fn c85_a_destructor_of_one_that_is_cancelled() {
    Reports::start();
    on_both(5, || async {
        let task = spawn(Panics(pending::<()>())).named("c85 destructor");
        yield_now().await;
        assert_eq!(task.cancel().await, None);
        let reports = Reports::take("c85 destructor");
        let [report] = &reports[..] else { panic!("one report, and not {reports:?}") };
        assert_eq!((report.kind(), report.message()), (ReportKind::TaskPanicked, "panicked: in the destructor"));
    });
}

/// A panic that comes while the task is dropped for another one: both are told.
#[test]
fn c85_a_destructor_behind_a_panic() {
    Reports::start();
    on_both(5, || async {
        let task = spawn(Panics(Box::pin(async { panic!("first") }))).named("c85 second");
        let error: TaskError = task.await.unwrap_err();
        assert_eq!(error.message().as_deref(), Some("first"));
        let reports = Reports::take("c85 second");
        let [report] = &reports[..] else { panic!("one report, and not {reports:?}") };
        assert_eq!((report.kind(), report.message()), (ReportKind::TaskPanicked, "panicked: in the destructor"));
    });
}

/// An error that nobody gets does not vanish since something panics behind it.
#[test]
fn c86_a_destructor_behind_the_error_of_a_detached_task() {
    Reports::start();
    on_both(5, || async {
        let (done, is_done) = tokio::sync::oneshot::channel::<()>();
        let work = Panics(Box::pin(async move {
            yield_now().await;
            Err::<(), _>("the error")
        }));
        spawn(async move {
            let _done = done;
            work.await
        })
        .named("c86 within")
        .detach();
        assert!(is_done.await.is_err());
        // That one panics in the body. This one behind it, where the error is there already.
        spawn(Panics(ready(Err::<(), _>("the error")))).named("c86 behind").detach();
        while tasks_of("c86 behind") > 0 {
            yield_now().await;
        }
        let messages: Vec<String> = Reports::take("c86 behind").iter().map(|report| report.message().to_owned()).collect();
        assert!(messages.contains(&String::from("panicked: in the destructor")), "{messages:?}");
        assert!(messages.contains(&String::from("failed: the error")), "{messages:?}");
    });
}

fn tasks_of(name: &str) -> usize {
    weftwork::tasks().iter().filter(|task| task.name() == name).count()
}

/// What it gives is dropped where nobody is left: a panic in that hits nobody else.
#[test]
fn c82_an_output_that_panics_when_it_is_dropped() {
    on_both(5, || async {
        let task = spawn(async { WhenDropped(|| panic!("in the output")) });
        while !task.is_finished() {
            yield_now().await;
        }
        // It is dropped right here, and so that is whose panic it is.
        assert_eq!(panic_of(|| drop(task)), "in the output");
        assert_eq!(spawn(ready(7)).await.unwrap(), 7);
    });
}
