//! P105: what the work sees is what its caller is in.

use std::future::pending;
use std::sync::Mutex;
use std::time::Duration;

use tokio::task::yield_now;
use tokio::time::sleep;
use tracing::{Metadata, Subscriber, info_span};
use tracing_core::span::{Attributes, Current, Id, Record};
use weftwork::__private::{Cpu, Threads, blocking as blocking_on};
use weftwork::{
    Backoff, Context, Retry, attempt, blocking, blocking_cpu, clean_ups, context, deadline, remaining, secs, spawn, timeout,
    with, without_retry_delays,
};
use weftwork_tests::Log;

#[tokio::test]
async fn p105_the_deadline_is_the_callers() {
    let there = || (deadline(), remaining());
    let seen = timeout(secs(3600), async move {
        let here = deadline();
        (here, blocking(there).await, blocking_cpu(there).await)
    });
    let (here, on_thread, on_core) = seen.await.unwrap();
    assert!(here.is_some());
    assert_eq!((on_thread.0, on_core.0), (here, here));
    assert!(on_thread.1.is_some() && on_thread.1 >= on_core.1, "{on_thread:?} {on_core:?}");
    assert_eq!((blocking(there).await, blocking_cpu(there).await), ((None, None), (None, None)));
}

#[tokio::test]
async fn p105_the_attempt_is_the_callers() {
    let third = Retry::attempts(3).run(async || {
        let there = (blocking(attempt).await, blocking_cpu(attempt).await);
        if attempt() == 3 { Ok(there) } else { Err(there) }
    });
    assert_eq!(third.await, Ok((3, 3)));
    assert_eq!((blocking(attempt).await, blocking_cpu(attempt).await), (1, 1));
}

#[tokio::test]
async fn p105_retries_in_it_have_no_pauses_where_its_caller_has_none() {
    let work = || {
        let retry = Retry::attempts(3).backoff(Backoff::constant(secs(3600)));
        tokio::runtime::Handle::current().block_on(retry.run(async || Err::<(), _>(attempt())))
    };
    assert_eq!(without_retry_delays(blocking(work)).await, Err(3));
}

/// A subscriber that knows one span, and the thread that is in it.
#[derive(Default)]
struct OneSpan {
    known: Mutex<Option<&'static Metadata<'static>>>,
    inside: Mutex<Vec<std::thread::ThreadId>>,
}

impl Subscriber for OneSpan {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        *self.known.lock().unwrap() = Some(span.metadata());
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &tracing::Event<'_>) {}

    fn enter(&self, _: &Id) {
        self.inside.lock().unwrap().push(std::thread::current().id());
    }

    fn exit(&self, _: &Id) {
        let here = std::thread::current().id();
        let mut inside = self.inside.lock().unwrap();
        let last = inside.iter().rposition(|thread| *thread == here).unwrap();
        inside.remove(last);
    }

    fn current_span(&self) -> Current {
        match *self.known.lock().unwrap() {
            Some(known) if self.inside.lock().unwrap().contains(&std::thread::current().id()) => {
                Current::new(Id::from_u64(1), known)
            }
            _ => Current::none(),
        }
    }
}

#[test]
fn p105_the_span_is_the_callers() {
    use tracing::Instrument;

    // For all threads of this process: the other tests have no spans.
    tracing::subscriber::set_global_default(OneSpan::default()).unwrap();
    let name = || tracing::Span::current().metadata().map(Metadata::name);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let calls = async move { (blocking_on(Threads, "f", (), (), name).await, blocking_on(Cpu, "f", (), (), name).await) };
    let outside = async move { (blocking(name).await, blocking_cpu(name).await) };
    assert_eq!(runtime.block_on(calls.instrument(info_span!("call"))), (Some("call"), Some("call")));
    assert_eq!(runtime.block_on(outside), (None, None));
}

#[tokio::test]
async fn p105_time_and_tasks_are_there() {
    // As they are on a thread of tokio's own.
    assert_eq!(blocking_cpu(|| spawn(async { 7 })).await.await.unwrap(), 7);
    assert_eq!(blocking(|| spawn(async { 7 })).await.await.unwrap(), 7);
}

/// Its clean-up takes a second.
fn lease(log: Log) -> Context<()> {
    context!(async move {
        yield ();
        sleep(secs(1)).await;
        log.note("cleaned");
    })
}

#[tokio::test(start_paused = true)]
async fn p92_what_the_work_drops_is_waited_for_by_whoever_is_around() {
    let log = Log::new();
    let retry = Retry::attempts(2).run(async || {
        log.note(attempt().to_string());
        let lease = lease(log.clone());
        let task = spawn(with!(_ = lease, { pending::<()>().await }));
        yield_now().await;
        blocking(move || drop(task)).await;
        Err::<(), _>(())
    });
    assert_eq!(retry.await, Err(()));
    assert_eq!(log.text(), "1 cleaned 2 cleaned");
    assert_eq!(clean_ups().len(), 0);
    assert_eq!(weftwork::drain(Duration::ZERO).await.len(), 0);
}
