//! A recorder of tracing spans: which one the one thread of a test is in.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::runtime::Builder;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Span, Subscriber};
use tracing_core::span::Current;

#[derive(Default)]
struct Spans {
    next: AtomicU64,
    known: Mutex<Vec<&'static Metadata<'static>>>,
    entered: Mutex<Vec<u64>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Subscriber for Spans {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        lock(&self.known).push(span.metadata());
        Id::from_u64(self.next.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, span: &Id) {
        lock(&self.entered).push(span.into_u64());
    }

    fn exit(&self, _: &Id) {
        lock(&self.entered).pop();
    }

    fn current_span(&self) -> Current {
        let Some(id) = lock(&self.entered).last().copied() else { return Current::none() };
        let known = lock(&self.known)[id as usize - 1];
        Current::new(Id::from_u64(id), known)
    }
}

/// The name of the span that this thread is in; `none` without one.
#[must_use]
pub fn current_span() -> &'static str {
    Span::current().metadata().map_or("none", Metadata::name)
}

/// Runs `test` on a current-thread runtime, whose clock is paused, with a recorder of its own.
///
/// # Panics
/// As the test does.
pub fn with_spans(test: impl Future<Output = ()>) {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime can be built");
    tracing::subscriber::with_default(Spans::default(), || runtime.block_on(test));
}
