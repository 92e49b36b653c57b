//! Runs a future in a permit.

use std::future::Future;
use std::mem::take;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::acquire::{Acquire, name};
use super::chain;
use super::exceeded::LimitExceeded;
use super::gate::{Gate, Held};
use super::turn::TurnOptions;
use crate::scope::Scope;

/// `#[limit]`: makes the future once there is a place for it, or `refused` says that there is none.
///
/// Until then `make` holds what the future will own. The two share their memory, so an argument is stored once.
pub fn limit<G, R, M, F>(gate: G, turn: TurnOptions, refused: R, make: M) -> impl Future<Output = F::Output>
where
    G: Gate,
    R: FnOnce(LimitExceeded) -> F::Output,
    M: FnOnce() -> F,
    F: Future,
{
    Limited::new(gate, turn, By(refused), make)
}

/// What comes of a future with this output.
pub(super) trait Answers<T> {
    type Output;
    fn refused(self, refusal: LimitExceeded) -> Self::Output;
    fn ended(output: T) -> Self::Output;
}

/// The output itself; this says a refusal in its words.
pub(super) struct By<R>(pub(super) R);

impl<T, R: FnOnce(LimitExceeded) -> T> Answers<T> for By<R> {
    type Output = T;
    fn refused(self, refusal: LimitExceeded) -> T {
        (self.0)(refusal)
    }
    #[inline]
    fn ended(output: T) -> T {
        output
    }
}

/// The output or the refusal.
pub(super) struct AsResult;

impl<T> Answers<T> for AsResult {
    type Output = Result<T, LimitExceeded>;
    fn refused(self, refusal: LimitExceeded) -> Self::Output {
        Err(refusal)
    }
    #[inline]
    fn ended(output: T) -> Self::Output {
        Ok(output)
    }
}

pin_project! {
    #[project = LimitedState]
    #[project_replace = LimitedOwned]
    pub(super) enum Limited<G, A, M, F>
    where
        G: Gate,
    {
        Waiting { #[pin] acquire: Acquire<G>, answers: A, make: M },
        Running { #[pin] running: Running<G, F> },
        Over,
    }
}

pin_project! {
    pub(super) struct Running<G, F>
    where
        G: Gate,
    {
        #[pin]
        future: Option<F>,
        // What it is called among those that call each other, where it looks for them.
        name: Option<&'static str>,
        // Given back when the future is gone, and what was handed over in it has ended.
        held: Option<Held<G>>,
        scope: Scope,
    }

    impl<G, F> PinnedDrop for Running<G, F>
    where
        G: Gate,
    {
        fn drop(this: Pin<&mut Self>) {
            if this.future.is_some() {
                this.end();
            }
        }
    }
}

impl<G: Gate, F> Running<G, F> {
    /// Drops the future, and gives the place back behind what that hands over.
    #[inline]
    fn end(self: Pin<&mut Self>) {
        let mut this = self.project();
        let future = &mut this.future;
        this.scope.watch(|| future.set(None));
        let held = this.held.take();
        if !this.scope.is_empty() {
            keep(this.scope, held);
        }
    }
}

/// The permit stays until all of it has ended. Whoever is around waits for that.
#[cold]
fn keep<G: Gate>(scope: &mut Scope, held: Option<Held<G>>) {
    if let Some(held) = held {
        scope.keep(held.keep());
    }
    drop(take(scope));
}

impl<G: Gate, F: Future> Running<G, F> {
    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.as_mut().project();
        let Some(future) = this.future.as_pin_mut() else { panic!("a limited future was polled after it had returned") };
        let polled = this.scope.watch(|| match (&*this.held, *this.name) {
            (Some(held), Some(name)) => chain::within(held.core(), held.weight(), name, || future.poll(cx)),
            _ => future.poll(cx),
        });
        let output = ready!(polled);
        self.end();
        Poll::Ready(output)
    }
}

impl<G: Gate, A, M, F> Limited<G, A, M, F> {
    pub(super) fn new(gate: G, options: TurnOptions, answers: A, make: M) -> Self {
        Self::Waiting { acquire: Acquire::new(gate, options), answers, make }
    }
}

impl<G, A, M, F> Limited<G, A, M, F>
where
    G: Gate,
    A: Answers<F::Output>,
    M: FnOnce() -> F,
    F: Future,
{
    /// Waits for a place, and makes the future in it.
    #[inline]
    fn poll_start(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), A::Output>> {
        let LimitedState::Waiting { mut acquire, .. } = self.as_mut().project() else {
            panic!("a limited future was polled after it had returned")
        };
        let acquired = ready!(acquire.as_mut().poll(cx));
        let options = acquire.options();
        let name = match &acquired {
            Ok(held) if options.is_chained && options.weight > 0 && held.core().is_count() => Some(name(held.core(), options)),
            _ => None,
        };
        let LimitedOwned::Waiting { answers, make, .. } = self.as_mut().project_replace(Self::Over) else {
            unreachable!("it waited just now")
        };
        let held = match acquired {
            Ok(held) => held,
            Err(refusal) => return Poll::Ready(Err(answers.refused(refusal))),
        };
        let running = Running { future: Some(make()), name, held: Some(held), scope: Scope::new() };
        self.set(Self::Running { running });
        Poll::Ready(Ok(()))
    }
}

impl<G, A, M, F> Future for Limited<G, A, M, F>
where
    G: Gate,
    A: Answers<F::Output>,
    M: FnOnce() -> F,
    F: Future,
{
    type Output = A::Output;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<A::Output> {
        if !matches!(*self, Self::Running { .. }) {
            if let Err(refused) = ready!(self.as_mut().poll_start(cx)) {
                return Poll::Ready(refused);
            }
        }
        let LimitedState::Running { running } = self.as_mut().project() else { unreachable!("it runs since just now") };
        let output = ready!(running.poll(cx));
        self.set(Self::Over);
        Poll::Ready(A::ended(output))
    }
}
