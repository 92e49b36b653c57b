//! Several policies on one function: their order, what stands between them, and every shape a function can have.

mod foreign;
mod mixed;
mod order;
mod send;
mod shapes;
mod size;

use std::future::Future;
use std::time::Duration;

use tokio::time::sleep;
use weftwork::Elapsed;

/// The error of the functions in these tests.
#[derive(Debug, PartialEq)]
enum Late {
    Timeout(Elapsed),
    Own(u32),
}

impl From<Elapsed> for Late {
    fn from(elapsed: Elapsed) -> Self {
        Self::Timeout(elapsed)
    }
}

/// After how long a result says it came too late.
fn expiry<T>(result: &Result<T, Late>) -> Option<Duration> {
    match result {
        Err(Late::Timeout(elapsed)) => Some(elapsed.duration()),
        _ => None,
    }
}

tokio::task_local! {
    /// How long each [`work`] takes.
    static PACE: Duration;
}

/// What the bodies of the shapes wait for.
async fn work() {
    sleep(PACE.get()).await;
}

/// Runs a call whose [`work`] takes `pace`.
fn at_pace<F: Future>(pace: Duration, call: F) -> impl Future<Output = F::Output> {
    PACE.scope(pace, call)
}
