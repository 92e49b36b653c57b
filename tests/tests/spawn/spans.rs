//! C88: the tracing span of whoever spawns it.

use std::future::pending;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Instrument, Metadata, Subscriber, info_span};
use tracing_core::span::Current;
use weftwork::{Context, background, context, drain, drain_background, secs, spawn, with};
use weftwork_tests::{Log, spin};

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

/// Notes the span when it is dropped.
struct Last(Log);

impl Drop for Last {
    fn drop(&mut self) {
        self.0.note(format!("dropped:{}", current()));
    }
}

/// Notes it at every step.
async fn noted(log: Log) {
    let _last = Last(log.clone());
    log.note(format!("first:{}", current()));
    tokio::task::yield_now().await;
    log.note(format!("then:{}", current()));
}

fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    tracing::subscriber::with_default(Spans::default(), || runtime.block_on(test));
}

#[test]
fn c88_at_every_poll_and_in_the_drop() {
    let log = Log::new();
    run(async {
        let task = info_span!("mine").in_scope(|| spawn(noted(log.clone())));
        info_span!("other").in_scope(|| ()); // of whoever awaits it nothing goes along
        task.instrument(info_span!("awaiting")).await.unwrap();
        assert_eq!(current(), "none");
    });
    assert_eq!(log.text(), "first:mine then:mine dropped:mine");
}

#[test]
fn c88_without_a_span() {
    let log = Log::new();
    run(async { spawn(noted(log.clone())).await.unwrap() });
    assert_eq!(log.text(), "first:none then:none dropped:none");
}

#[test]
fn c88_a_span_of_its_own_is_within() {
    let log = Log::new();
    run(async {
        let own = noted(log.clone()).instrument(info_span!("own"));
        info_span!("mine").in_scope(|| spawn(own)).await.unwrap();
    });
    assert_eq!(log.text(), "first:own then:own dropped:own");
}

#[test]
fn c88_in_a_task_that_a_task_spawns() {
    let log = Log::new();
    run(async {
        let inner = log.clone();
        let outer = async move { spawn(noted(inner)).await.unwrap() };
        info_span!("mine").in_scope(|| spawn(outer)).await.unwrap();
    });
    assert_eq!(log.text(), "first:mine then:mine dropped:mine");
}

#[test]
fn c88_where_it_is_cancelled() {
    let log = Log::new();
    run(async {
        let (inner, log) = (log.clone(), log.clone());
        let context: Context<()> = context!(async move {
            yield ();
            log.note(format!("clean-up:{}", current()));
            tokio::task::yield_now().await;
            log.note(format!("behind:{}", current()));
        });
        let work = async move {
            let _last = Last(inner);
            with!(_ = context, { pending::<()>().await }).await;
        };
        let task = info_span!("mine").in_scope(|| spawn(work));
        spin().await;
        drop(task);
        assert_eq!(drain(secs(5)).await.len(), 0);
    });
    assert_eq!(log.text(), "dropped:mine clean-up:mine behind:mine");
}

#[test]
fn c84_a_detached_one_keeps_it() {
    let log = Log::new();
    run(async {
        info_span!("mine").in_scope(|| spawn(noted(log.clone())).detach());
        spin().await;
    });
    assert_eq!(log.text(), "first:mine then:mine dropped:mine");
}

#[test]
fn c125_what_runs_in_the_background_has_it() {
    let log = Log::new();
    run(async {
        info_span!("mine").in_scope(|| background("c125 span", noted(log.clone())));
        assert_eq!(drain_background(secs(5)).await.len(), 0);
    });
    assert_eq!(log.text(), "first:mine then:mine dropped:mine");
}
