//! So many at once, first come, first served.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Lets so many pieces of work run at once; the others wait their turn, in order.
///
/// `#[limit(n)]` gives a function one of its own. A value serves several functions or one instance:
///
/// ```
/// use weftwork::Limiter;
///
/// static DATABASE: Limiter = Limiter::new(32);
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let answer = DATABASE.run(async { 42 }).await;
/// assert_eq!((answer, DATABASE.available()), (42, 32));
/// # });
/// ```
pub struct Limiter {
    semaphore: Semaphore,
    count: usize,
}

impl Limiter {
    /// A limiter that lets `count` run at once.
    ///
    /// # Panics
    /// If `count` is zero, since nothing could ever run, or above 2^61 - 1. In a `static` that is a compile error.
    #[must_use]
    #[track_caller]
    pub const fn new(count: usize) -> Self {
        assert!(count > 0, "a limiter of zero would never let anything run");
        assert!(count <= Semaphore::MAX_PERMITS, "a limiter counts to 2^61 - 1 at most");
        Self { semaphore: Semaphore::const_new(count), count }
    }

    /// Waits for a place. It is free again when the [`Permit`] is dropped.
    ///
    /// # Cancel safety
    /// Dropping the future gives up the place in the queue. A place that was granted in that very moment goes to the next one.
    pub async fn acquire(&self) -> Permit<'_> {
        let Ok(permit) = self.semaphore.acquire().await else { unreachable!("a limiter's semaphore is never closed") };
        Permit { _permit: permit }
    }

    /// Waits for a place, runs `future` in it and gives the place back, also when the future panics or is dropped.
    ///
    /// # Cancel safety
    /// As for [`acquire`](Self::acquire); a future that runs already is dropped, and then its place is given back.
    pub async fn run<F: Future>(&self, future: F) -> F::Output {
        limit(self, move || future).await
    }

    /// How many could start now without waiting.
    #[must_use]
    pub fn available(&self) -> usize {
        self.semaphore.available_permits()
    }

    /// How many may run at once.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }
}

impl fmt::Debug for Limiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limiter").field("count", &self.count).field("available", &self.available()).finish()
    }
}

/// A place in a [`Limiter`], held until it is dropped.
#[derive(Debug)]
#[must_use = "the place is given back as soon as the permit is dropped"]
pub struct Permit<'a> {
    _permit: SemaphorePermit<'a>,
}

/// `#[limit]`: makes the future once there is a place for it.
///
/// Until then `make` holds what the future will own. The two share their memory, so an argument is stored once.
pub fn limit<'l, M, F>(limiter: &'l Limiter, make: M) -> impl Future<Output = F::Output> + use<'l, M, F>
where
    M: FnOnce() -> F,
    F: Future,
{
    Limited::Waiting { acquire: limiter.acquire(), make }
}

pin_project! {
    #[project = LimitedState]
    #[project_replace = LimitedOwned]
    enum Limited<'l, A, M, F> {
        Waiting { #[pin] acquire: A, make: M },
        // In this order: the future is gone before its place is free.
        Running { #[pin] future: F, permit: Permit<'l> },
        Over,
    }
}

impl<'l, A, M, F> Future for Limited<'l, A, M, F>
where
    A: Future<Output = Permit<'l>>,
    M: FnOnce() -> F,
    F: Future,
{
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        if let LimitedState::Waiting { acquire, .. } = self.as_mut().project() {
            let permit = ready!(acquire.poll(cx));
            if let LimitedOwned::Waiting { make, .. } = self.as_mut().project_replace(Self::Over) {
                self.set(Self::Running { future: make(), permit });
            }
        }
        let LimitedState::Running { future, .. } = self.as_mut().project() else {
            panic!("a limited future was polled after it had returned")
        };
        let output = ready!(future.poll(cx));
        self.set(Self::Over);
        Poll::Ready(output)
    }
}
