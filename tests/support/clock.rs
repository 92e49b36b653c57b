//! Time on tokio's clock, which the tests pause.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

/// What a future gives, and how long it took.
pub async fn timed<F: Future>(future: F) -> (F::Output, Duration) {
    let start = Instant::now();
    let output = future.await;
    (output, start.elapsed())
}

/// Gives `value` so many milliseconds later.
pub async fn after<T>(ms: u64, value: T) -> T {
    tokio::time::sleep(Duration::from_millis(ms)).await;
    value
}
