//! The tracing span of a clean-up.

use std::future::pending;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Instrument, Metadata, Subscriber, info_span};
use tracing_core::span::Current;
use weftwork::{Context, context, drain, secs, with};
use weftwork_tests::{Log, poll_once};

/// Knows which span the one thread of a test is in.
#[derive(Default)]
struct Spans {
    next: AtomicU64,
    known: Mutex<Vec<&'static Metadata<'static>>>,
    entered: Mutex<Vec<u64>>,
}

impl Subscriber for Spans {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.known.lock().unwrap().push(span.metadata());
        Id::from_u64(self.next.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, span: &Id) {
        self.entered.lock().unwrap().push(span.into_u64());
    }

    fn exit(&self, _: &Id) {
        self.entered.lock().unwrap().pop();
    }

    fn current_span(&self) -> Current {
        let Some(id) = self.entered.lock().unwrap().last().copied() else { return Current::none() };
        let known = self.known.lock().unwrap()[usize::try_from(id).unwrap() - 1];
        Current::new(Id::from_u64(id), known)
    }
}

fn current() -> &'static str {
    tracing::Span::current().metadata().map_or("none", Metadata::name)
}

fn noted(log: &Log) -> Context<(), String> {
    let log = log.clone();
    context!(async move {
        log.note(format!("enter:{}", current()));
        yield ();
        log.note(format!("before:{}", current()));
        tokio::time::sleep(secs(1)).await;
        log.note(format!("after:{}", current()));
        Err(String::from("nobody gets this"))
    })
}

fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    tracing::subscriber::with_default(Spans::default(), || runtime.block_on(test));
}

#[test]
fn x51_inline() {
    let log = Log::new();
    run(async {
        let work = with!(_ = noted(&log), async || -> Result<(), String> { Ok(()) });
        // Entered within the span, and polled on without it.
        let mut work = Box::pin(work);
        assert!(info_span!("mine").in_scope(|| poll_once(work.as_mut())).is_pending());
        assert!(work.await.is_err());
    });
    assert_eq!(log.text(), "enter:mine before:mine after:mine");
}

#[test]
fn x51_handed_over() {
    let log = Log::new();
    run(async {
        let log = log.clone();
        let task = tokio::spawn(
            with!(_ = noted(&log), async move || -> Result<(), String> { pending().await }).instrument(info_span!("mine")),
        );
        tokio::task::yield_now().await;
        task.abort();
        assert!(task.await.is_err());
        assert!(drain(secs(5)).await.is_empty());
    });
    assert_eq!(log.text(), "enter:mine before:mine after:mine");
}
