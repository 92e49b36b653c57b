//! C125: the tracing span goes along.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::task::yield_now;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Instrument, Metadata, Subscriber, info_span};
use tracing_core::span::Current;
use weftwork::{Restart, background, background_with_restart, drain_background, secs, timeout};
use weftwork_tests::Log;

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

fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    tracing::subscriber::with_default(Spans::default(), || runtime.block_on(test));
}

/// Notes the span on every turn, and where it is dropped.
async fn notes(log: Log) {
    struct AtTheEnd(Log);
    impl Drop for AtTheEnd {
        fn drop(&mut self) {
            self.0.note(format!("dropped:{}", current()));
        }
    }
    let _at_the_end = AtTheEnd(log.clone());
    log.note(current());
    yield_now().await;
    log.note(current());
    std::future::pending::<()>().await;
}

#[test]
fn c125_the_span_of_the_caller_goes_along() {
    let log = Log::new();
    run(async {
        let calls = async {
            background("c125 span", notes(log.clone()));
            std::future::pending::<()>().await;
        };
        timeout(secs(1), calls.instrument(info_span!("mine"))).await.unwrap_err();
        assert_eq!(current(), "none");
        assert!(drain_background(secs(0)).await.is_empty());
    });
    assert_eq!(log.text(), "mine mine dropped:mine");
}

#[test]
fn c125_without_a_span_there_is_none() {
    let log = Log::new();
    run(async {
        background("c125 no span", notes(log.clone()));
        async { assert!(drain_background(secs(1)).await.is_empty()) }.instrument(info_span!("of the drain")).await;
    });
    assert_eq!(log.text(), "none none dropped:none");
}

#[test]
fn c125_each_restart_is_in_the_span() {
    let log = Log::new();
    run(async {
        let inner = log.clone();
        info_span!("mine").in_scope(|| {
            background_with_restart("c125 restarts", Restart::new().limit(2), move || {
                inner.note(format!("made:{}", current()));
                let log = inner.clone();
                async move {
                    yield_now().await;
                    log.note(current());
                    Err::<(), _>("again")
                }
            });
        });
        assert!(drain_background(secs(60)).await.is_empty());
    });
    assert_eq!(log.text(), "made:mine mine made:mine mine made:mine mine");
}
