//! Runs a future in a permit.

use std::borrow::Borrow;
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
use crate::policy::event;
use crate::scope::Scope;

/// `#[limit]`: makes the future once there is a place for it, or `refused` says that there is none.
///
/// Until then `make` holds what the future will own. The two share their memory, so an argument is stored once.
///
/// What is asked for is a constant nearly always, and lent then: `turn` is moved with the call.
#[inline]
pub fn limit<G, O, R, M, F>(gate: G, turn: O, refused: R, make: M) -> impl Future<Output = F::Output>
where
    G: Gate,
    O: Borrow<TurnOptions>,
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
    #[cold]
    fn refused(self, refusal: LimitExceeded) -> T {
        event::refused(&refusal);
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
    pub(super) enum Limited<G, O, A, M, F>
    where
        G: Gate,
        O: Borrow<TurnOptions>,
    {
        // The last two are there until it starts: taking them is cheaper than to move all of this.
        Asking { acquire: Acquire<G, O>, answers: Option<A>, make: Option<M> },
        Running { #[pin] running: Running<G, F> },
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
            let mut this = this.project();
            if this.future.is_some() {
                let (future, held, name) = (&mut this.future, &*this.held, *this.name);
                // What it hands over belongs to the same call, and may keep the permit.
                this.scope.watch(|| in_chain(held.as_ref(), name, || future.set(None)));
                give_back(this.held, this.scope);
            }
        }
    }
}

/// The future is gone: gives its place back, behind what that has handed over.
#[inline]
fn give_back<G: Gate>(held: &mut Option<Held<G>>, scope: &mut Scope) {
    if scope.is_empty() {
        *held = None;
    } else {
        keep(held.take(), scope);
    }
}

/// The permit stays until all of it has ended. Whoever is around waits for that.
#[cold]
fn keep<G: Gate>(held: Option<Held<G>>, scope: &mut Scope) {
    if let Some(held) = held {
        scope.keep(held.keep());
    }
    drop(take(scope));
}

impl<G: Gate, F: Future> Running<G, F> {
    #[inline]
    fn new(future: F, held: Held<G>, name: Option<&'static str>) -> Self {
        Self { future: Some(future), name, held: Some(held), scope: Scope::new() }
    }

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        assert!(this.future.is_some(), "{POLLED_AGAIN}");
        let (mut future, held, name) = (this.future.as_mut(), &*this.held, *this.name);
        let polled = this.scope.watch(|| {
            in_chain(held.as_ref(), name, || {
                let Some(running) = future.as_mut().as_pin_mut() else { return Poll::Pending };
                let output = ready!(running.poll(cx));
                // What is left of it may hand over something, too.
                future.set(None);
                Poll::Ready(output)
            })
        });
        let output = ready!(polled);
        give_back(this.held, this.scope);
        Poll::Ready(output)
    }
}

/// What it is called among those that call each other, where it looks for them.
#[inline]
fn link<G: Gate>(held: &Held<G>, options: &TurnOptions) -> Option<&'static str> {
    let is_link = options.is_chained && held.weight() > 0 && held.core().is_count();
    is_link.then(|| name(held.core(), options))
}

/// Runs it as part of what is called by whoever holds this.
#[inline]
fn in_chain<G: Gate, R>(held: Option<&Held<G>>, name: Option<&'static str>, run: impl FnOnce() -> R) -> R {
    match (held, name) {
        (Some(held), Some(name)) => chain::within(held.core(), held.weight(), name, run),
        _ => run(),
    }
}

const POLLED_AGAIN: &str = "a limited future was polled after it had returned";

impl<G: Gate, O: Borrow<TurnOptions>, A, M, F> Limited<G, O, A, M, F> {
    #[inline]
    pub(super) const fn new(gate: G, options: O, answers: A, make: M) -> Self {
        Self::Asking { acquire: Acquire::new(gate, options), answers: Some(answers), make: Some(make) }
    }
}

impl<G, O, A, M, F> Limited<G, O, A, M, F>
where
    G: Gate,
    O: Borrow<TurnOptions>,
    A: Answers<F::Output>,
    M: FnOnce() -> F,
    F: Future,
{
    /// Waits for a place, and makes the future in it.
    #[inline]
    fn poll_start(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), A::Output>> {
        let LimitedState::Asking { acquire, answers, make } = self.as_mut().project() else { panic!("{POLLED_AGAIN}") };
        let granted = ready!(acquire.poll_granted(cx));
        let (Some(answers), Some(make)) = (answers.take(), make.take()) else { panic!("{POLLED_AGAIN}") };
        if let Err(refusal) = granted {
            return Poll::Ready(Err(answers.refused(refusal)));
        }
        let held = acquire.held();
        let name = link(&held, acquire.options());
        self.set(Self::Running { running: Running::new(make(), held, name) });
        Poll::Ready(Ok(()))
    }
}

impl<G, O, A, M, F> Future for Limited<G, O, A, M, F>
where
    G: Gate,
    O: Borrow<TurnOptions>,
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
        let LimitedState::Running { running } = self.project() else { unreachable!("it runs since just now") };
        running.poll(cx).map(A::ended)
    }
}
