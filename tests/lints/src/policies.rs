//! The policies on functions.

use std::error::Error;
use std::future::{Future, ready};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use weftwork::{Elapsed, FromElapsed, blocking, fallback, limit, retry, secs, timeout};

/// How many at once.
pub const PLACES: usize = 5;

// ---- every spelling ----

/// A duration as a token.
///
/// # Errors
/// When time runs out.
#[timeout(250ms)]
pub async fn token() -> Result<u8, Elapsed> {
    ready(Ok(1)).await
}

/// A duration as text.
///
/// # Errors
/// When time runs out.
#[timeout("1.5s")]
pub async fn text() -> io::Result<u8> {
    ready(Ok(1)).await
}

/// A duration as an expression.
///
/// # Errors
/// When time runs out.
#[timeout(secs(5) / 2)]
pub async fn expression() -> Result<u8, Box<dyn Error + Send + Sync>> {
    ready(Ok(1)).await
}

/// A duration as an argument.
///
/// # Errors
/// When time runs out.
#[timeout(patience)]
pub async fn argument(patience: Duration) -> Result<u8, Elapsed> {
    ready(Ok(1)).await
}

/// A count as a literal.
#[limit(5)]
pub async fn literal() {
    ready(()).await;
}

/// A count as a constant.
#[limit(PLACES * 2)]
pub async fn constant() -> usize {
    ready(PLACES).await
}

/// Never returns.
#[limit(1)]
pub async fn forever() -> ! {
    loop {
        constant().await;
    }
}

// ---- every shape ----

/// A stack, with others in between.
///
/// # Errors
/// When time runs out.
#[timeout(8s)]
#[inline]
#[limit(4)]
#[allow(clippy::unused_async)]
#[timeout(2s)]
pub async fn stack() -> Result<u8, Elapsed> {
    #![allow(clippy::missing_panics_doc)]
    Ok(1)
}

/// Generic, with lifetimes and patterns.
///
/// # Errors
/// When time runs out.
#[timeout(8s)]
#[limit(4)]
pub async fn generic<'a, T, const N: usize>(list: &'a [T; N], (index, _): (usize, u8), mut count: usize) -> Result<&'a T, Elapsed>
where
    T: Sync,
{
    count += index;
    ready(Ok(&list[count])).await
}

/// `impl Trait` in and out.
///
/// # Errors
/// When time runs out.
#[timeout(8s)]
#[limit(4)]
pub async fn impl_trait(list: impl Iterator<Item = u8> + Send) -> Result<impl Iterator<Item = u8>, Elapsed> {
    ready(Ok(list.map(|one| one + 1))).await
}

/// With loops, closures, early returns and `?`.
///
/// # Errors
/// When time runs out.
#[timeout(8s)]
#[limit(4)]
pub async fn control_flow(text: &str) -> Result<usize, Box<dyn Error + Send + Sync>> {
    let parse = |word: &str| word.parse::<usize>();
    let mut sum = 0;
    for word in text.split(' ') {
        if word.is_empty() {
            return Ok(sum);
        }
        sum += parse(word)?;
        stack().await?;
    }
    Ok(sum)
}

/// A client.
#[derive(Debug, Default)]
pub struct Client {
    slow: Duration,
}

impl Client {
    /// By reference.
    ///
    /// # Errors
    /// When time runs out.
    #[timeout(self.slow)]
    #[limit(4)]
    pub async fn by_reference(&self, url: &str) -> Result<usize, Elapsed> {
        ready(Ok(url.len())).await
    }

    /// By mutable reference.
    ///
    /// # Errors
    /// When time runs out.
    #[timeout(8s)]
    #[limit(4)]
    pub async fn by_mutable_reference(&mut self) -> Result<&mut Duration, Elapsed> {
        self.slow *= 2;
        ready(()).await;
        Ok(&mut self.slow)
    }

    /// By value.
    ///
    /// # Errors
    /// When time runs out.
    #[timeout(8s)]
    #[limit(4)]
    pub async fn by_value(self) -> Result<Self, Elapsed> {
        ready(Ok(self)).await
    }

    /// By a pointer.
    ///
    /// # Errors
    /// When time runs out.
    #[timeout(8s)]
    #[limit(4)]
    pub async fn by_arc(self: Arc<Self>) -> Result<Duration, Elapsed> {
        ready(Ok(self.slow)).await
    }

    /// A future written by hand.
    #[timeout(8s)]
    #[limit(4)]
    #[must_use]
    pub fn boxed<'a>(&'a self, url: &'a str) -> Pin<Box<dyn Future<Output = Result<usize, Elapsed>> + Send + 'a>> {
        let length = url.len();
        Box::pin(async move {
            ready(()).await;
            Ok(length + self.slow.subsec_nanos() as usize)
        })
    }

    /// A future that borrows.
    ///
    /// # Errors
    /// When time runs out.
    #[timeout(8s)]
    #[limit(4)]
    pub fn impl_future(&self) -> impl Future<Output = Result<Duration, Elapsed>> + Send {
        let slow = &self.slow;
        async { ready(Ok(*slow)).await }
    }
}

/// A trait with a default method.
pub trait Service: Sync {
    /// Serves.
    #[timeout(8s)]
    #[limit(4)]
    fn serve(&self) -> impl Future<Output = Result<u8, Elapsed>> + Send {
        async { ready(Ok(1)).await }
    }
}

impl Service for Client {
    #[timeout(8s)]
    #[limit(4)]
    async fn serve(&self) -> Result<u8, Elapsed> {
        ready(Ok(2)).await
    }
}

/// An answer that is no `Result`.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    /// In time.
    Of(u8),
    /// Too late.
    Late,
}

impl FromElapsed for Answer {
    fn from_elapsed(_: Elapsed) -> Self {
        Self::Late
    }
}

/// Of another type.
#[timeout(8s)]
pub async fn answer() -> Answer {
    ready(Answer::Of(1)).await
}

// ---- other layers ----

/// Every layer that awaits.
///
/// # Errors
/// When nothing helps.
#[fallback(error if error.kind() == io::ErrorKind::NotFound => Ok(text.len()), error => { let kept = error; Err(kept) })]
#[timeout(8s)]
#[retry(attempts = 4, backoff = 50ms..2s, jitter, when = |error| error.kind() == io::ErrorKind::TimedOut, clone(gone))]
#[timeout(2s, or = Err(io::Error::other("late")))]
pub async fn every_layer(text: &str, mut count: usize, gone: String) -> io::Result<usize> {
    count += ready(gone.into_bytes()).await.len();
    Ok(count + text.len())
}

/// A closure, and no end but time.
///
/// # Errors
/// When nothing helps.
#[fallback(|error| if spare.is_empty() { Err(error) } else { Ok(spare.len()) })]
#[retry(within = 10s, backoff = constant(100ms))]
pub async fn closure(spare: Vec<u8>) -> io::Result<usize> {
    ready(Err(io::ErrorKind::NotFound.into())).await
}

/// A value where time ran out, of a type that is no `Result`.
#[timeout(5s, or = None)]
pub async fn value(text: &str) -> Option<&str> {
    ready(Some(text)).await
}

/// On a thread.
#[blocking]
pub async fn blocks(mut list: Vec<u8>) -> usize {
    list.push(1);
    list.len()
}

/// On the cores, below others.
///
/// # Errors
/// When time runs out.
#[timeout(8s)]
#[retry(attempts = 2, clone(list))]
#[limit(4)]
#[blocking(cpu)]
pub async fn computes(list: Vec<u8>) -> Result<usize, Elapsed> {
    Ok(list.iter().map(|one| usize::from(*one)).sum())
}

impl Client {
    /// Arms read the receiver.
    ///
    /// # Errors
    /// When nothing helps.
    #[fallback(_ => Ok(self.slow))]
    #[timeout(self.slow, or = Ok(self.slow * 2))]
    #[retry(attempts = 2)]
    pub async fn falls_back(&mut self) -> io::Result<Duration> {
        self.slow += secs(1);
        ready(Ok(self.slow)).await
    }

    /// By value, on a thread.
    #[blocking]
    pub async fn on_a_thread(self) -> Duration {
        self.slow
    }
}
