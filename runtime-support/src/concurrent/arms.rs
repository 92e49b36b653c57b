//! `gather!` over arms: a balanced tree of futures, so that there may be any number of them.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::core::Woken;

/// Futures that are polled until each has its output, or one has failed with `E`.
pub trait Arms<E> {
    const COUNT: usize;
    type Output;

    /// Polls the arms from number `from` up to `to` that have no output yet, and says how many got theirs.
    fn poll_range(self: Pin<&mut Self>, from: usize, to: usize, cx: &mut Context<'_>) -> Result<u32, E>;

    /// The outputs, in written order. Each arm has one.
    fn take(self: Pin<&mut Self>) -> Self::Output;
}

impl<E> Arms<E> for () {
    const COUNT: usize = 0;
    type Output = ();

    fn poll_range(self: Pin<&mut Self>, _: usize, _: usize, _: &mut Context<'_>) -> Result<u32, E> {
        Ok(0)
    }

    fn take(self: Pin<&mut Self>) {}
}

pin_project! {
    /// Two halves of the arms.
    #[derive(Debug)]
    pub struct Both<L, R> {
        #[pin]
        left: L,
        #[pin]
        right: R,
    }
}

/// See `Both`.
#[inline]
pub fn both<L, R>(left: L, right: R) -> Both<L, R> {
    Both { left, right }
}

impl<E, L: Arms<E>, R: Arms<E>> Arms<E> for Both<L, R> {
    const COUNT: usize = L::COUNT + R::COUNT;
    type Output = (L::Output, R::Output);

    #[inline]
    fn poll_range(self: Pin<&mut Self>, from: usize, to: usize, cx: &mut Context<'_>) -> Result<u32, E> {
        let this = self.project();
        let left = if from < L::COUNT { this.left.poll_range(from, to.min(L::COUNT), cx)? } else { 0 };
        let right = if to > L::COUNT { this.right.poll_range(from.saturating_sub(L::COUNT), to - L::COUNT, cx)? } else { 0 };
        Ok(left + right)
    }

    #[inline]
    fn take(self: Pin<&mut Self>) -> Self::Output {
        let this = self.project();
        (this.left.take(), this.right.take())
    }
}

pin_project! {
    /// An arm whose output is taken as it is.
    #[project = ArmState]
    pub enum Arm<F: Future> {
        Pending { #[pin] future: F },
        Ready { output: Option<F::Output> },
    }
}

impl<F: Future> Arm<F> {
    #[inline]
    pub(super) fn new(future: F) -> Self {
        Self::Pending { future }
    }
}

impl<E, F: Future> Arms<E> for Arm<F> {
    const COUNT: usize = 1;
    type Output = F::Output;

    #[inline]
    fn poll_range(mut self: Pin<&mut Self>, _: usize, _: usize, cx: &mut Context<'_>) -> Result<u32, E> {
        if let ArmState::Pending { future } = self.as_mut().project() {
            let Poll::Ready(output) = future.poll(cx) else { return Ok(0) };
            self.set(Self::Ready { output: Some(output) });
            return Ok(1);
        }
        Ok(0)
    }

    #[inline]
    fn take(self: Pin<&mut Self>) -> F::Output {
        match self.project() {
            ArmState::Ready { output } => output.take().expect("an arm's output is taken once"),
            ArmState::Pending { .. } => unreachable!("outputs are taken when every arm has one"),
        }
    }
}

pin_project! {
    /// An arm with a `?` behind it: its failure ends the gather.
    #[project = TryArmState]
    pub enum TryArm<F, T> {
        Pending { #[pin] future: F },
        Ready { output: Option<T> },
    }
}

impl<F, T> TryArm<F, T> {
    #[inline]
    pub(super) fn new(future: F) -> Self {
        Self::Pending { future }
    }
}

impl<T, E, F: Future<Output = Result<T, E>>> Arms<E> for TryArm<F, T> {
    const COUNT: usize = 1;
    type Output = T;

    #[inline]
    fn poll_range(mut self: Pin<&mut Self>, _: usize, _: usize, cx: &mut Context<'_>) -> Result<u32, E> {
        if let TryArmState::Pending { future } = self.as_mut().project() {
            let Poll::Ready(output) = future.poll(cx) else { return Ok(0) };
            self.set(Self::Ready { output: Some(output?) });
            return Ok(1);
        }
        Ok(0)
    }

    #[inline]
    fn take(self: Pin<&mut Self>) -> T {
        match self.project() {
            TryArmState::Ready { output } => output.take().expect("an arm's output is taken once"),
            TryArmState::Pending { .. } => unreachable!("outputs are taken when every arm has one"),
        }
    }
}

/// Up to so many arms are polled together on every wake: that is cheaper than to know who was woken.
const FEW: usize = 4;

pin_project! {
    /// Arms on their way to their outputs.
    struct Sweep<A> {
        // Emptied at the end: all arms are gone before anybody sees an output or an error.
        #[pin]
        arms: Option<A>,
        turns: Turns,
    }
}

/// Who is polled when.
///
/// The first poll is in written order and with the caller's waker: if all are ready, nothing else is needed. Then few arms are
/// polled together, each time another one first, so that no arm can starve the ones behind it. Of many only those are polled that
/// were woken.
struct Turns {
    polls: u32,
    pending: u32,
    woken: Option<Woken>,
}

/// Drops the arms when it is dropped.
struct Emptied<'a, A>(Pin<&'a mut Option<A>>);

impl<A> Drop for Emptied<'_, A> {
    fn drop(&mut self) {
        self.0.set(None);
    }
}

impl<A> Sweep<A> {
    const fn new(arms: A) -> Self {
        Self { arms: Some(arms), turns: Turns { polls: 0, pending: 0, woken: None } }
    }

    #[inline]
    fn poll<E>(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<A::Output, E>>
    where
        A: Arms<E>,
    {
        let this = self.project();
        // Also where an arm panics: the others are gone before the caller hears of it.
        let mut end = Emptied(this.arms);
        let Some(mut arms) = end.0.as_mut().as_pin_mut() else { panic!("`gather!` was polled after it had returned") };
        let polled = match this.turns.polls {
            0 => arms.as_mut().poll_range(0, A::COUNT, cx).map(|ready| this.turns.pending = A::COUNT as u32 - ready),
            _ => this.turns.go_on(arms.as_mut(), cx),
        };
        this.turns.polls = this.turns.polls.wrapping_add(1).max(1);
        let result = match polled {
            Ok(()) if this.turns.pending > 0 => {
                std::mem::forget(end);
                return Poll::Pending;
            }
            Ok(()) => Ok(arms.take()),
            Err(error) => Err(error),
        };
        drop(end);
        Poll::Ready(result)
    }
}

impl Turns {
    /// A poll after the first.
    fn go_on<E, A: Arms<E>>(&mut self, mut arms: Pin<&mut A>, cx: &mut Context<'_>) -> Result<(), E> {
        if A::COUNT <= FEW {
            let first = self.polls as usize % A::COUNT;
            self.pending -= arms.as_mut().poll_range(first, A::COUNT, cx)?;
            if first > 0 {
                self.pending -= arms.poll_range(0, first, cx)?;
            }
            return Ok(());
        }
        if let Some(woken) = &mut self.woken {
            woken.hear(cx);
            while let Some(arm) = woken.next(cx) {
                self.pending -= woken.poll(arm, |cx| arms.as_mut().poll_range(arm, arm + 1, cx))?;
            }
            return Ok(());
        }
        let woken = self.woken.insert(Woken::new(cx.waker()));
        for arm in 0..A::COUNT {
            self.pending -= woken.poll(arm, |cx| arms.as_mut().poll_range(arm, arm + 1, cx))?;
        }
        Ok(())
    }
}

pin_project! {
    /// `gather!` over arms without a mark: a tuple of their outputs.
    ///
    /// # Panics
    /// When polled again after it has returned.
    ///
    /// # Cancel safety
    /// Dropping it drops its arms, in written order.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Gather<A, M> {
        #[pin]
        sweep: Sweep<A>,
        flatten: M,
    }
}

/// See `Gather`. `flatten` makes one tuple of the tree.
#[inline]
pub fn gather<A, M, R>(arms: A, flatten: M) -> Gather<A, M>
where
    A: Arms<Infallible>,
    M: Fn(A::Output) -> R,
{
    Gather { sweep: Sweep::new(arms), flatten }
}

impl<A, M, R> Future for Gather<A, M>
where
    A: Arms<Infallible>,
    M: Fn(A::Output) -> R,
{
    type Output = R;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<R> {
        let this = self.project();
        this.sweep.poll(cx).map(|Ok::<_, Infallible>(outputs)| (this.flatten)(outputs))
    }
}

impl<A, M> fmt::Debug for Gather<A, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gather").finish_non_exhaustive()
    }
}

pin_project! {
    /// `gather!` over arms of which some have a mark: a tuple, or the first error.
    ///
    /// # Panics
    /// When polled again after it has returned.
    ///
    /// # Cancel safety
    /// Dropping it drops its arms, in written order.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct TryGather<A, M, E> {
        #[pin]
        sweep: Sweep<A>,
        flatten: M,
        error: PhantomData<fn() -> E>,
    }
}

/// See `TryGather`.
#[inline]
pub fn try_gather<A, M, R, E>(arms: A, flatten: M, _error: PhantomData<E>) -> TryGather<A, M, E>
where
    A: Arms<E>,
    M: Fn(A::Output) -> R,
{
    TryGather { sweep: Sweep::new(arms), flatten, error: PhantomData }
}

impl<A, M, R, E> Future for TryGather<A, M, E>
where
    A: Arms<E>,
    M: Fn(A::Output) -> R,
{
    type Output = Result<R, E>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        this.sweep.poll(cx).map_ok(|outputs| (this.flatten)(outputs))
    }
}

impl<A, M, E> fmt::Debug for TryGather<A, M, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TryGather").finish_non_exhaustive()
    }
}
