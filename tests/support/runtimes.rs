//! The same test on every kind of runtime.

use std::future::Future;
use std::panic::resume_unwind;

use tokio::runtime::{Builder, Runtime};

/// Runs `test` as a task of a current-thread runtime, whose clock is paused, and then of a multi-thread one.
///
/// Time passes on the second one, so that such a test may wait for nothing but its own doings.
///
/// # Panics
/// As the test does.
pub fn on_both_runtimes<F>(test: impl Fn() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let current_thread = Builder::new_current_thread().enable_all().start_paused(true).build();
    let multi_thread = Builder::new_multi_thread().worker_threads(4).enable_all().build();
    for runtime in [current_thread, multi_thread] {
        run(&runtime.expect("a runtime can be built"), test());
    }
}

fn run(runtime: &Runtime, test: impl Future<Output = ()> + Send + 'static) {
    if let Err(error) = runtime.block_on(runtime.spawn(test)) {
        resume_unwind(error.into_panic());
    }
}
