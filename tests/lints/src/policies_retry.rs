//! `#[retry]` with every option, alone and in stacks.

use std::fmt;
use std::future::{Future, ready};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use weftwork::{Backoff, Elapsed, LimitExceeded, RetryBudget, attempt, fallback, limit, millis, retry, secs, timeout};

/// How often.
pub const ATTEMPTS: u32 = 4;
static BUDGET: RetryBudget = RetryBudget::percent(20);

/// What these fail with.
#[derive(Debug)]
pub struct Failed;

impl Failed {
    const fn is_transient(&self) -> bool {
        let Self = self;
        true
    }

    const fn retry_after(&self) -> Option<Duration> {
        let Self = self;
        None
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("failed")
    }
}

impl std::error::Error for Failed {}

impl From<Elapsed> for Failed {
    fn from(_: Elapsed) -> Self {
        Self
    }
}

impl From<LimitExceeded> for Failed {
    fn from(_: LimitExceeded) -> Self {
        Self
    }
}

// ---- every option ----

/// Literals.
///
/// # Errors
/// When the last attempt fails.
#[retry(attempts = 4, within = 10s, backoff = 50ms..2s, jitter, when = Failed::is_transient, after = Failed::retry_after, budget = BUDGET)]
pub async fn literals() -> Result<u32, Failed> {
    ready(Ok(attempt())).await
}

/// Texts and closures.
///
/// # Errors
/// When the last attempt fails.
#[retry(within = "1.5s", backoff = constant("100ms"), when = |error| error.is_transient() && attempt() < 9, after = |_| Some(millis(1)))]
pub async fn closures() -> Result<u32, Failed> {
    ready(Ok(attempt())).await
}

/// Expressions over the arguments.
///
/// # Errors
/// When the last attempt fails.
#[retry(attempts = most.max(ATTEMPTS), within = patience, backoff = millis(50)..patience / 2)]
pub async fn expressions(most: u32, patience: Duration) -> io::Result<u32> {
    ready(Ok(most)).await
}

/// A backoff as a value.
///
/// # Errors
/// When the last attempt fails.
#[retry(attempts = ATTEMPTS, backoff = backoff, budget = &BUDGET)]
pub async fn value(backoff: Backoff) -> Result<u32, Failed> {
    ready(Ok(attempt())).await
}

/// Clones.
///
/// # Errors
/// When the last attempt fails.
#[retry(attempts = 4, clone(name, list, left))]
pub async fn clones(name: String, mut list: Vec<u8>, (left, right): (String, u8)) -> Result<(String, Vec<u8>, String), Failed> {
    list.push(right);
    ready(Ok((name, list, left))).await
}

// ---- every shape ----

/// Borrows, and changes what it owns.
///
/// # Errors
/// When the last attempt fails.
#[retry(attempts = 4)]
pub async fn arguments<'a, T: Sync, const N: usize>(
    list: &'a [T; N],
    seen: &mut Vec<usize>,
    mut index: usize,
) -> Result<&'a T, Failed> {
    seen.push(index);
    index += 1;
    ready(Ok(&list[index])).await
}

/// `impl Trait` in and out.
///
/// # Errors
/// When the last attempt fails.
#[retry(attempts = 4)]
pub async fn impl_trait(list: impl AsRef<[u8]> + Send + Sync) -> Result<impl Iterator<Item = u8>, Failed> {
    let list = list.as_ref().to_vec();
    ready(Ok(list.into_iter())).await
}

/// With loops, closures, early returns and `?`.
///
/// # Errors
/// When the last attempt fails.
#[retry(attempts = 4)]
pub async fn control_flow(text: &str) -> Result<usize, Box<dyn std::error::Error + Send + Sync>> {
    let parse = |word: &str| word.parse::<usize>();
    let mut sum = 0;
    for word in text.split(' ') {
        if word.is_empty() {
            return Ok(sum);
        }
        sum += parse(word)?;
        literals().await?;
    }
    Ok(sum)
}

/// Recursive.
///
/// # Errors
/// When the last attempt fails.
#[retry(attempts = 4)]
pub async fn recursive(depth: u32) -> Result<u32, Failed> {
    if depth == 0 { Ok(0) } else { Box::pin(recursive(depth - 1)).await }
}

/// A client.
#[derive(Clone, Debug, Default)]
pub struct Client {
    calls: u32,
}

impl Client {
    /// By reference.
    ///
    /// # Errors
    /// When the last attempt fails.
    #[retry(attempts = self.calls, when = |error| error.is_transient() && self.calls > 1)]
    pub async fn by_reference(&self, url: &str) -> Result<usize, Failed> {
        ready(Ok(url.len())).await
    }

    /// By mutable reference.
    ///
    /// # Errors
    /// When the last attempt fails.
    #[retry(attempts = 4)]
    pub async fn by_mutable_reference(&mut self) -> Result<u32, Failed> {
        self.calls += 1;
        ready(Ok(self.calls)).await
    }

    /// By value, which is only read.
    ///
    /// # Errors
    /// When the last attempt fails.
    #[retry(attempts = 4)]
    pub async fn by_value(self) -> Result<u32, Failed> {
        ready(Ok(self.calls)).await
    }

    /// By a pointer.
    ///
    /// # Errors
    /// When the last attempt fails.
    #[retry(attempts = 4)]
    pub async fn by_arc(self: Arc<Self>) -> Result<u32, Failed> {
        ready(Ok(self.calls)).await
    }

    /// Written by hand.
    #[retry(attempts = 4)]
    #[must_use]
    pub fn boxed<'a>(&'a self, url: &'a str) -> Pin<Box<dyn Future<Output = Result<usize, Failed>> + Send + 'a>> {
        let length = url.len();
        Box::pin(async move { ready(Ok(length + self.calls as usize)).await })
    }

    /// Written by hand.
    ///
    /// # Errors
    /// When the last attempt fails.
    #[retry(attempts = 4)]
    pub fn impl_future(&self) -> impl Future<Output = Result<u32, Failed>> + Send {
        let calls = &self.calls;
        async { ready(Ok(*calls)).await }
    }
}

// ---- stacks ----

/// The one of the reference.
///
/// # Errors
/// When the last attempt fails.
#[fallback(Failed if url.is_empty() => Ok(None))]
#[timeout(8s)]
#[retry(attempts = 4, backoff = 50ms..2s, jitter, when = Failed::is_transient)]
#[limit(16, key = url, max_waiting = 64, wait = 500ms)]
#[timeout(2s)]
pub async fn reference(url: &str) -> Result<Option<usize>, Failed> {
    ready(Ok(Some(url.len()))).await
}

/// Two, with owned arguments.
///
/// # Errors
/// When the last attempt fails.
#[retry(within = 10s, backoff = constant(1s), clone(gone))]
#[limit(4)]
#[retry(attempts = 4, clone(gone))]
#[limit(100/s)]
pub async fn twice(name: String, mut list: Vec<u8>, gone: String) -> Result<String, Failed> {
    list.push(1);
    ready(()).await;
    if list.len() > 9 { Err(Failed) } else { Ok(gone + &name) }
}

/// Between two fallbacks.
///
/// # Errors
/// When the last attempt fails.
#[fallback(|error| if error.is_transient() { Ok(0) } else { Err(error) })]
#[retry(attempts = 4)]
#[fallback(Failed if number == 1 => Ok(1))]
pub async fn between(number: u32, name: String) -> Result<usize, Failed> {
    ready(Ok(name.len())).await
}

/// A trait with a default method.
pub trait Service: Sync {
    /// Serves.
    #[retry(attempts = 4)]
    #[limit(4)]
    fn serve(&self) -> impl Future<Output = Result<u8, Failed>> + Send {
        async { ready(Ok(1)).await }
    }
}

impl Service for Client {
    #[timeout(secs(8))]
    #[retry(attempts = 4)]
    async fn serve(&self) -> Result<u8, Failed> {
        ready(Ok(2)).await
    }
}
