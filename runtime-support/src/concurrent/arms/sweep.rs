//! Which arms are polled when, and that all are gone at the end.

use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::Arms;
use crate::concurrent::core::Woken;
use crate::scope::Held;

/// Up to so many arms are polled together on every wake: that is cheaper than to know who was woken.
const FEW: usize = 4;

pin_project! {
    /// Arms on their way to their outputs.
    pub(super) struct Sweep<A, E> {
        // Emptied at the end: all arms are gone before anybody sees an output or an error.
        #[pin]
        arms: Option<A>,
        turns: Turns,
        // What ended all, while clean-ups of the others are waited for.
        held: Held<E>,
    }
}

/// Drops the arms when it is dropped: also where one of them panics, the others are gone before the caller hears of it.
pub(super) struct Emptied<'a, A>(Pin<&'a mut Option<A>>);

impl<'a, A> Emptied<'a, A> {
    /// Of `macro_name`, which panics when it is polled after its end.
    #[inline]
    pub(super) fn new(arms: Pin<&'a mut Option<A>>, macro_name: &str) -> Self {
        assert!(arms.is_some(), "`{macro_name}` was polled after it had returned");
        Self(arms)
    }

    #[inline]
    pub(super) fn arms(&mut self) -> Pin<&mut A> {
        self.0.as_mut().as_pin_mut().expect("they are there until the end")
    }

    /// It is not the end yet.
    #[inline]
    pub(super) fn keep(self) {
        std::mem::forget(self);
    }
}

impl<A> Drop for Emptied<'_, A> {
    #[inline]
    fn drop(&mut self) {
        self.0.set(None);
    }
}

impl<A: Arms<E>, E> Sweep<A, E> {
    #[inline]
    pub(super) fn new(arms: A) -> Self {
        Self { arms: Some(arms), turns: Turns::new(A::COUNT), held: Held::new() }
    }

    /// Polls whose turn it is. When each has ended, `end` makes a result of them.
    #[inline]
    pub(super) fn poll<R>(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        macro_name: &str,
        end: impl FnOnce(Pin<&mut A>) -> R,
    ) -> Poll<Result<R, E>> {
        let this = self.project();
        let (mut arms, turns) = (this.arms, this.turns);
        // The outputs are taken behind this, so that they do not go through it.
        let polled = this.held.poll(cx, |cx| {
            let mut emptied = Emptied::new(arms.as_mut(), macro_name);
            turns.poll(emptied.arms(), A::COUNT, cx).map(|_| emptied.keep()).map_or_else(
                |error| Poll::Ready(Err(error)),
                |()| if turns.pending() > 0 { Poll::Pending } else { Poll::Ready(Ok(())) },
            )
        });
        polled.map_ok(|()| end(Emptied(arms).arms()))
    }
}

/// Who is polled when.
///
/// The first poll is in written order and with the caller's waker: if all are ready, nothing else is needed. Then few arms are
/// polled together, each time another one first, so that no arm can starve the ones behind it. Of many only those are polled that
/// were woken.
pub(super) struct Turns {
    polls: u32,
    pending: u32,
    woken: Option<Woken>,
}

impl Turns {
    #[inline]
    pub(super) const fn new(arms: usize) -> Self {
        Self { polls: 0, pending: arms as u32, woken: None }
    }

    /// How many arms have not ended.
    #[inline]
    pub(super) const fn pending(&self) -> u32 {
        self.pending
    }

    /// Polls those of the first `started` arms whose turn it is, and says how many have ended.
    #[inline]
    pub(super) fn poll<E, A: Arms<E>>(&mut self, arms: Pin<&mut A>, started: usize, cx: &mut Context<'_>) -> Result<u32, E> {
        let polls = self.polls;
        self.polls = polls.wrapping_add(1).max(1);
        let ended = match polls {
            0 => arms.poll_range(0, started, cx)?,
            _ => self.go_on(arms, started, polls, cx)?,
        };
        self.pending -= ended;
        Ok(ended)
    }

    /// Starts an arm.
    pub(super) fn start<E, A: Arms<E>>(&mut self, arms: Pin<&mut A>, arm: usize, cx: &mut Context<'_>) -> Result<u32, E> {
        let ended = self.poll_one(arms, arm, cx)?;
        self.pending -= ended;
        Ok(ended)
    }

    /// A poll after the first.
    fn go_on<E, A: Arms<E>>(
        &mut self,
        mut arms: Pin<&mut A>,
        started: usize,
        polls: u32,
        cx: &mut Context<'_>,
    ) -> Result<u32, E> {
        if A::COUNT <= FEW {
            let first = polls as usize % started;
            let behind = arms.as_mut().poll_range(first, started, cx)?;
            return Ok(behind + if first > 0 { arms.poll_range(0, first, cx)? } else { 0 });
        }
        let mut ended = 0;
        if let Some(woken) = &mut self.woken {
            woken.hear(cx);
            while let Some(arm) = woken.next(cx) {
                ended += woken.poll(arm, |cx| arms.as_mut().poll_range(arm, arm + 1, cx))?;
            }
            return Ok(ended);
        }
        self.woken = Some(Woken::new(cx.waker()));
        for arm in 0..started {
            ended += self.poll_one(arms.as_mut(), arm, cx)?;
        }
        Ok(ended)
    }

    fn poll_one<E, A: Arms<E>>(&mut self, arms: Pin<&mut A>, arm: usize, cx: &mut Context<'_>) -> Result<u32, E> {
        match &mut self.woken {
            Some(woken) => woken.poll(arm, |cx| arms.poll_range(arm, arm + 1, cx)),
            None => arms.poll_range(arm, arm + 1, cx),
        }
    }
}
