//! So many at once, first come, first served.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tokio::sync::{AcquireError, Semaphore, SemaphorePermit};
use tokio::task::coop;

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
        let Ok(permit) = self.semaphore.acquire().await else { unreachable!("{NEVER_CLOSED}") };
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

const NEVER_CLOSED: &str = "a limiter's semaphore is never closed";

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
    Limited::Fresh { semaphore: &limiter.semaphore, acquire: Semaphore::acquire, make }
}

pin_project! {
    #[project = LimitedState]
    #[project_replace = LimitedOwned]
    enum Limited<'l, Q, A, M, F> {
        // Most calls find a place at once, and never make the future that waits for one.
        Fresh { semaphore: &'l Semaphore, acquire: Q, make: M },
        Waiting { #[pin] acquire: A, make: M },
        // In this order: the future is gone before its place is free.
        Running { #[pin] future: F, permit: SemaphorePermit<'l> },
        Over,
    }
}

impl<'l, Q, A, M, F> Limited<'l, Q, A, M, F>
where
    Q: FnOnce(&'l Semaphore) -> A,
    A: Future<Output = Result<SemaphorePermit<'l>, AcquireError>>,
    M: FnOnce() -> F,
{
    /// Waits for a place, and makes the future in it.
    fn poll_start(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if let LimitedState::Fresh { semaphore, .. } = self.as_mut().project() {
            let taken = ready!(poll_take(semaphore, cx));
            if let LimitedOwned::Fresh { semaphore, acquire, make } = self.as_mut().project_replace(Self::Over) {
                if let Some(permit) = taken {
                    self.set(Self::Running { future: make(), permit });
                    return Poll::Ready(());
                }
                self.set(Self::Waiting { acquire: acquire(semaphore), make });
            }
        }
        let LimitedState::Waiting { acquire, .. } = self.as_mut().project() else {
            panic!("a limited future was polled after it had returned")
        };
        let permit = ready!(acquire.poll(cx)).unwrap_or_else(|_| unreachable!("{NEVER_CLOSED}"));
        if let LimitedOwned::Waiting { make, .. } = self.as_mut().project_replace(Self::Over) {
            self.set(Self::Running { future: make(), permit });
        }
        Poll::Ready(())
    }
}

/// A permit, if there is one at once.
#[inline]
fn poll_take<'l>(semaphore: &'l Semaphore, cx: &mut Context<'_>) -> Poll<Option<SemaphorePermit<'l>>> {
    // Permits are free only while nobody waits: taking one does not jump the queue.
    if semaphore.available_permits() == 0 {
        return Poll::Ready(None);
    }
    // It counts as progress, as in tokio's own way to get one.
    let progress = ready!(coop::poll_proceed(cx));
    Poll::Ready(semaphore.try_acquire().ok().inspect(|_| progress.made_progress()))
}

impl<'l, Q, A, M, F> Future for Limited<'l, Q, A, M, F>
where
    Q: FnOnce(&'l Semaphore) -> A,
    A: Future<Output = Result<SemaphorePermit<'l>, AcquireError>>,
    M: FnOnce() -> F,
    F: Future,
{
    type Output = F::Output;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        if !matches!(*self, Self::Running { .. }) {
            ready!(self.as_mut().poll_start(cx));
        }
        let LimitedState::Running { future, .. } = self.as_mut().project() else {
            panic!("a limited future was polled after it had returned")
        };
        let output = ready!(future.poll(cx));
        self.set(Self::Over);
        Poll::Ready(output)
    }
}
