//! Runtimes of both kinds, and contexts that note what becomes of them.

use std::future::Future;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime, RuntimeFlavor};
use tokio::sync::Notify;
use tokio::task::yield_now;
use weftwork::{Context, context};
use weftwork_tests::Log;

/// One thread, and a clock that stands until everybody waits for it.
pub(crate) fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

/// Four workers.
pub(crate) fn multi_thread() -> Runtime {
    Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap()
}

/// Runs a test so many times on a runtime of each kind, each time as a task, so that workers run it.
pub(crate) fn on_both<F: Future<Output = ()> + Send + 'static>(rounds: usize, test: impl Fn() -> F) {
    on(&current_thread(), rounds, &test);
    on(&multi_thread(), rounds, &test);
}

/// The same on one runtime.
#[track_caller]
pub(crate) fn on<F: Future<Output = ()> + Send + 'static>(runtime: &Runtime, rounds: usize, test: impl Fn() -> F) {
    for round in 0..rounds {
        // Against a hang. Nothing else waits so long, on a paused clock either.
        let limit = match runtime.handle().runtime_flavor() {
            RuntimeFlavor::CurrentThread => Duration::from_secs(3600),
            _ => Duration::from_secs(30),
        };
        let guarded = async { tokio::time::timeout(limit, tokio::spawn(test())).await };
        let joined = runtime.block_on(guarded).unwrap_or_else(|_| panic!("round {round} hangs"));
        if let Err(error) = joined {
            eprintln!("in round {round} on {:?}", runtime.handle().runtime_flavor());
            resume_unwind(error.into_panic());
        }
    }
}

/// Lets the others run a few times.
pub(crate) async fn turns() {
    for _ in 0..8 {
        yield_now().await;
    }
}

/// Notes `+name`, and around its clean-up, in which others have their turn, `name(` and `name)`.
pub(crate) fn noted(log: &Log, name: &'static str) -> Context<()> {
    let log = log.clone();
    let context: Context<()> = context!(async move {
        log.note(format!("+{name}"));
        yield ();
        log.note(format!("{name}("));
        turns().await;
        log.note(format!("{name})"));
    });
    context.named(name)
}

/// The same with a clean-up that waits until it is let through.
pub(crate) fn gated(log: &Log, name: &'static str, gate: &Arc<Notify>) -> Context<()> {
    let (log, gate) = (log.clone(), gate.clone());
    let context: Context<()> = context!(async move {
        log.note(format!("+{name}"));
        yield ();
        log.note(format!("{name}("));
        gate.notified().await;
        log.note(format!("{name})"));
    });
    context.named(name)
}

/// Calls it when it is dropped.
pub(crate) struct WhenDropped<F: FnMut()>(pub(crate) F);

impl<F: FnMut()> Drop for WhenDropped<F> {
    fn drop(&mut self) {
        self.0();
    }
}
