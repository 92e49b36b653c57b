//! The policies: `crate = path` on one attribute serves its whole stack.

use std::future::Future;
use std::pin::Pin;

use woven::{Elapsed, attempt, blocking, fallback, limit, retry, timeout};

/// Alone.
///
/// # Errors
/// When time runs out.
#[timeout(5s, crate = woven)]
pub async fn timeout_alone() -> Result<(), Elapsed> {
    Ok(())
}

/// Alone.
#[limit(5, crate = ::woven)]
pub async fn limit_alone() {}

/// The path on the top one, in quotes.
///
/// # Errors
/// When time runs out.
#[timeout(8s, crate = "woven")]
#[limit(4)]
#[timeout(2s)]
pub async fn on_the_first() -> Result<(), Elapsed> {
    Ok(())
}

/// The path on the one in the middle, through a re-export.
///
/// # Errors
/// When time runs out.
#[timeout(8s)]
#[limit(4, crate = crate::reexport::fabric)]
#[timeout(2s)]
pub async fn on_the_second() -> Result<(), Elapsed> {
    Ok(())
}

/// The path on the last one, and another attribute in between.
///
/// # Errors
/// When time runs out.
#[timeout(8s)]
#[limit(4)]
#[inline]
#[timeout(2s, crate = super::reexport::fabric)]
pub async fn on_the_last() -> Result<(), Elapsed> {
    Ok(())
}

/// By the full path of another crate's re-export.
///
/// # Errors
/// When time runs out.
#[crate::reexport::fabric::timeout(8s, crate = crate::reexport::fabric)]
#[woven::limit(4)]
pub async fn by_full_path() -> Result<(), Elapsed> {
    Ok(())
}

/// A future written by hand.
#[timeout(8s, crate = woven)]
#[limit(4)]
pub fn by_hand(value: &u8) -> Pin<Box<dyn Future<Output = Result<u8, Elapsed>> + Send + '_>> {
    Box::pin(async move { Ok(*value) })
}

/// A default method.
pub trait Service: Sync {
    /// Serves.
    #[timeout(8s)]
    #[limit(4, crate = woven)]
    fn serve(&self) -> impl Future<Output = Result<u8, Elapsed>> + Send {
        async { Ok(1) }
    }
}

/// The path on the last of other layers.
///
/// # Errors
/// When the body fails with something else.
#[fallback(error if error.is_empty() => Ok(text.len()))]
#[timeout(8s, or = Err(String::new()))]
#[retry(attempts = 2, backoff = constant(1ms), clone(gone), crate = woven)]
pub async fn other_layers(text: &str, gone: String) -> Result<usize, String> {
    if text.is_empty() { Err(gone) } else { Ok(text.len() + attempt() as usize) }
}

/// The path on a fallback, in quotes.
///
/// # Errors
/// When the body fails.
#[fallback(|error| Err(error + "!"), crate = "woven")]
#[blocking(cpu)]
pub async fn on_a_thread(list: Vec<u8>) -> Result<usize, String> {
    Ok(list.len())
}

/// The path on the thread alone.
#[blocking(crate = ::woven)]
pub async fn blocking_alone() {}
