//! The policies on functions.

use std::future::Future;
use std::time::Duration;

use weftwork::{attempt, blocking, deadline, fallback, limit, remaining, retry, timeout, Elapsed};

/// Every layer that awaits.
///
/// # Errors
/// When nothing helps.
#[fallback(_ => Ok(text.len()))]
#[timeout(8s)]
#[retry(attempts = 4, backoff = 50ms..2s, jitter, when = |_| true, clone(gone))]
#[limit(4)]
#[timeout(2s, or = Ok(text.len()))]
pub async fn every_layer(text: &str, gone: String) -> Result<usize, Elapsed> {
    let left = remaining().map_or(0, |left| left.as_secs());
    Ok(gone.into_bytes().len() + text.len() + attempt() as usize + left as usize + usize::from(deadline().is_some()))
}

/// A future that borrows, and says so.
#[fallback(|_| Ok(half))]
#[timeout(*patience)]
pub fn by_hand<'a>(patience: &'a Duration) -> impl Future<Output = Result<Duration, Elapsed>> + Send + 'a {
    let half = *patience / 2;
    async move { Ok(half + *patience) }
}

/// On a thread.
///
/// # Errors
/// When time runs out.
#[timeout(8s)]
#[blocking]
pub async fn on_a_thread(list: Vec<u8>) -> Result<usize, Elapsed> {
    Ok(list.len())
}
