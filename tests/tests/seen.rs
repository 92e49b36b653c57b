//! What a tracing subscriber sees of a call under policies: one span, and one event for each thing that happened. Case P116.

#![allow(clippy::async_yields_async, reason = "a task is started inside of a timeout and awaited outside")]

use std::fmt::{self, Write};
use std::future::pending;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::runtime::Builder;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use weftwork::{Elapsed, attempt, blocking, fallback, millis, retry, secs, spawn, timeout};
use weftwork_tests::{Log, poll_once};

#[derive(Debug, PartialEq)]
enum Failed {
    Late(Elapsed),
    Own,
}

impl From<Elapsed> for Failed {
    fn from(elapsed: Elapsed) -> Self {
        Self::Late(elapsed)
    }
}

// ---- the recorder ----

/// Writes down spans as they are made and events as they come, with their fields.
struct Recorder {
    log: Log,
    next: AtomicU64,
}

/// The fields in their order, without the message, which says the event's name once more.
struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() != "message" {
            write!(self.0, ",{}={value:?}", field.name()).unwrap();
        }
    }
}

impl Recorder {
    fn note(&self, what: &str, metadata: &Metadata<'_>, fields: &Fields) {
        self.log.note(format!("{what}{}:{}{}", metadata.name(), metadata.level(), fields.0.replace(' ', "")));
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "weftwork"
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = Fields(String::new());
        span.record(&mut fields);
        self.note("span:", span.metadata(), &fields);
        Id::from_u64(self.next.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(String::new());
        event.record(&mut fields);
        self.note("", event.metadata(), &fields);
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// What is seen while `test` runs, one a line.
fn seen(test: impl AsyncFnOnce(&Log)) -> Vec<String> {
    let log = Log::new();
    let recorder = Recorder { log: log.clone(), next: AtomicU64::new(0) };
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    tracing::subscriber::with_default(recorder, || runtime.block_on(test(&log)));
    log.text().split(' ').filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

// ---- the tests ----

#[test]
fn p116_a_call_that_goes_well_is_one_span_and_no_event() {
    #[fallback(_ => Ok(0))]
    #[timeout(8s)]
    #[retry(attempts = 3)]
    #[timeout(2s)]
    async fn p116_well() -> Result<u32, Failed> {
        tokio::task::yield_now().await;
        Ok(1)
    }
    let seen = seen(async |_| assert_eq!(p116_well().await, Ok(1)));
    assert_eq!(seen, [r#"span:call:INFO,function="p116_well""#]);
}

#[test]
fn p116_a_call_that_is_never_polled_is_nothing() {
    #[timeout(8s)]
    async fn p116_unpolled() -> Result<u32, Failed> {
        pending().await
    }
    assert!(seen(async |_| drop(p116_unpolled())).is_empty());
}

#[test]
fn p116_a_timeout() {
    #[timeout(2s)]
    async fn p116_late() -> Result<u32, Failed> {
        pending().await
    }
    #[timeout(2s, or = 7)]
    async fn p116_late_or() -> u32 {
        pending().await
    }
    let seen = seen(async |_| {
        assert!(p116_late().await.is_err());
        assert_eq!(p116_late_or().await, 7);
    });
    let expected = [
        r#"span:call:INFO,function="p116_late""#,
        r#"timeout:WARN,function="p116_late",duration=2s,inherited=false"#,
        r#"span:call:INFO,function="p116_late_or""#,
        r#"timeout:WARN,function="p116_late_or",duration=2s,inherited=false"#,
    ];
    assert_eq!(seen, expected);
}

#[test]
fn p116_p37_of_two_timeouts_the_one_that_ends_the_call() {
    #[timeout(5s)]
    async fn p116_inner() -> Result<u32, Failed> {
        pending().await
    }
    #[timeout(2s)]
    async fn p116_outer() -> Result<u32, Failed> {
        p116_inner().await
    }
    // The inner call was given up by it.
    let events = seen(async |_| assert!(p116_outer().await.is_err())).split_off(2);
    assert_eq!(
        events,
        [r#"cancelled:DEBUG,function="p116_inner""#, r#"timeout:WARN,function="p116_outer",duration=2s,inherited=false"#]
    );
}

#[test]
fn p116_p38_a_deadline_that_a_task_inherited() {
    #[timeout(20s)]
    async fn p116_in_a_task() -> Result<u32, Failed> {
        pending().await
    }
    let seen = seen(async |_| {
        let task = timeout(secs(2), async { spawn(p116_in_a_task()) }).await.unwrap();
        assert!(task.await.unwrap().is_err());
    });
    assert_eq!(seen[1..], [r#"timeout:WARN,function="p116_in_a_task",duration=20s,inherited=true"#]);
}

#[test]
fn p116_a_retry_and_a_fallback() {
    #[fallback(Failed::Own => Ok(7))]
    #[retry(attempts = 3, backoff = 50ms..2s)]
    async fn p116_fails(until: u32) -> Result<u32, Failed> {
        if attempt() < until { Err(Failed::Own) } else { Ok(attempt()) }
    }
    let call = r#"span:call:INFO,function="p116_fails""#;
    let first = r#"retry:WARN,function="p116_fails",attempt=1,delay=50ms"#;
    let second = r#"retry:WARN,function="p116_fails",attempt=2,delay=100ms"#;
    assert_eq!(seen(async |_| assert_eq!(p116_fails(2).await, Ok(2))), [call, first]);
    let fallback = r#"fallback:WARN,function="p116_fails""#;
    assert_eq!(seen(async |_| assert_eq!(p116_fails(9).await, Ok(7))), [call, first, second, fallback]);
}

#[test]
fn p116_a_closure_tells_it_too_and_what_no_arm_takes_is_no_event() {
    #[fallback(|_| Ok(7))]
    async fn p116_closure() -> Result<u32, Failed> {
        Err(Failed::Own)
    }
    #[fallback(Failed::Late(_) => Ok(7))]
    async fn p116_no_arm() -> Result<u32, Failed> {
        Err(Failed::Own)
    }
    let closure = seen(async |_| assert_eq!(p116_closure().await, Ok(7)));
    assert_eq!(closure[1..], [r#"fallback:WARN,function="p116_closure""#]);
    assert_eq!(seen(async |_| assert!(p116_no_arm().await.is_err())).len(), 1);
}

#[test]
fn p116_p13_a_call_that_is_dropped_while_it_waits_was_cancelled_and_nothing_else() {
    #[fallback(_ => Ok(7))]
    #[timeout(8s)]
    #[retry(attempts = 3, backoff = 1s..2s)]
    async fn p116_dropped(hangs: bool) -> Result<u32, Failed> {
        if hangs { pending().await } else { Err(Failed::Own) }
    }
    let call = r#"span:call:INFO,function="p116_dropped""#;
    let cancelled = r#"cancelled:DEBUG,function="p116_dropped""#;
    let hangs = seen(async |_| {
        let mut call = Box::pin(p116_dropped(true));
        assert!(poll_once(call.as_mut()).is_pending());
    });
    assert_eq!(hangs, [call, cancelled]);
    let sleeps = seen(async |_| {
        let mut call = Box::pin(p116_dropped(false));
        assert!(poll_once(call.as_mut()).is_pending());
    });
    assert_eq!(sleeps, [call, r#"retry:WARN,function="p116_dropped",attempt=1,delay=1s"#, cancelled]);
}

#[test]
fn p116_p14_a_panic_is_no_cancellation() {
    #[timeout(8s)]
    async fn p116_panics() -> Result<u32, Failed> {
        tokio::time::sleep(millis(1)).await;
        panic!("on purpose")
    }
    let seen = seen(async |_| assert_eq!(weftwork_tests::panic_within(p116_panics()).await, "on purpose"));
    assert_eq!(seen, [r#"span:call:INFO,function="p116_panics""#]);
}

#[test]
fn p116_a_blocking_body_is_one_span() {
    #[timeout(8s)]
    #[blocking]
    async fn p116_blocking() -> Result<u32, Failed> {
        Ok(1)
    }
    let seen = seen(async |_| assert_eq!(p116_blocking().await, Ok(1)));
    assert_eq!(seen, [r#"span:call:INFO,function="p116_blocking""#]);
}

#[test]
fn p116_the_body_is_in_the_span_of_its_call_at_every_poll() {
    #[fallback(_ => Ok(0))]
    #[timeout(8s)]
    #[retry(attempts = 2)]
    async fn p116_inside(log: &Log) -> Result<u32, Failed> {
        log.note(weftwork_tests::current_span());
        tokio::task::yield_now().await;
        log.note(weftwork_tests::current_span());
        if attempt() == 1 { Err(Failed::Own) } else { Ok(1) }
    }
    let log = Log::new();
    weftwork_tests::with_spans(async {
        assert_eq!(p116_inside(&log).await, Ok(1));
        assert_eq!(weftwork_tests::current_span(), "none");
    });
    assert_eq!(log.text(), "call call call call");
}
