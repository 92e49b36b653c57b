//! An attempt that runs, and its number.

use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use crate::contracts::Outcome;
use crate::scope::{HowLong, Mark, Scope};

thread_local! {
    /// That of what is polled at this moment.
    static CURRENT: Cell<u32> = const { Cell::new(1) };
}

/// The number of the attempt that is running: 1, 2, .. inside of a [`Retry`](crate::Retry) or `#[retry]`, of nested ones the innermost
/// one's, and 1 outside of any.
///
/// It is the same inside of [`blocking`](crate::blocking()) work. A task that is spawned by an attempt belongs to no attempt itself,
/// and sees 1.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use weftwork::{Retry, attempt};
///
/// assert_eq!(attempt(), 1);
/// let third = Retry::attempts(5).run(async || if attempt() < 3 { Err("not yet") } else { Ok(attempt()) });
/// assert_eq!(third.await, Ok(3));
/// # });
/// ```
#[must_use]
pub fn attempt() -> u32 {
    CURRENT.get()
}

/// Sets it while `run` runs.
#[inline]
pub(crate) fn within<R>(number: u32, run: impl FnOnce() -> R) -> R {
    let before = CURRENT.get();
    // Most of the time it is the first one, inside of none.
    if before != number {
        CURRENT.set(number);
    }
    let _before = Before { before, is_changed: before != number };
    run()
}

/// Sets back what was there before.
struct Before {
    before: u32,
    is_changed: bool,
}

impl Drop for Before {
    #[inline]
    fn drop(&mut self) {
        if self.is_changed {
            CURRENT.set(self.before);
        }
    }
}

/// See `Attempt`.
#[inline]
pub(super) fn tried<F: Future, P>(number: u32, future: F) -> Attempt<F, P> {
    Attempt { future: Some(future), number, scope: Scope::new(), failed: None, proof: PhantomData }
}

pin_project! {
    /// An attempt. Its error is seen when what it has given up has ended: the next one finds nothing of it.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Attempt<F: Future, P> {
        #[pin]
        future: Option<F>,
        number: u32,
        // What was handed over in it.
        scope: Scope,
        // Waits for that.
        failed: Option<Box<F::Output>>,
        // That its output can fail.
        proof: PhantomData<fn() -> P>,
    }

    impl<F: Future, P> PinnedDrop for Attempt<F, P> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if this.future.is_some() {
                within(*this.number, || this.future.set(None));
            }
        }
    }
}

impl<F: Future<Output: Outcome<P>>, P> Future for Attempt<F, P> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        if this.future.is_some() {
            let mark = Mark::now();
            let polled = within(*this.number, || poll_to_the_end(this.future, cx));
            this.scope.take_since(mark);
            let output = ready!(polled);
            if this.scope.is_empty() {
                return Poll::Ready(output);
            }
            if output.error().is_none() {
                // What is still outstanding is the business of who is around.
                this.scope.pass_on();
                return Poll::Ready(output);
            }
            *this.failed = Some(Box::new(output));
        }
        ready!(this.scope.poll_clear(HowLong::Grace, cx));
        match this.failed.take() {
            Some(output) => Poll::Ready(*output),
            None => panic!("an attempt was polled after it had returned"),
        }
    }
}

/// Drops it with its last poll: behind that it has nothing to hand over, and the drop of the attempt is a look and no more.
#[inline]
fn poll_to_the_end<F: Future>(mut future: Pin<&mut Option<F>>, cx: &mut Context<'_>) -> Poll<F::Output> {
    let Some(running) = future.as_mut().as_pin_mut() else { return Poll::Pending };
    let polled = running.poll(cx);
    if polled.is_ready() {
        future.set(None);
    }
    polled
}

impl<F: Future, P> fmt::Debug for Attempt<F, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt").field("number", &self.number).finish_non_exhaustive()
    }
}
