//! The engine of every comprehension: it pulls futures while there is room, polls those that were woken, and keeps the outputs.

use std::fmt;
use std::future::Future;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::at_once::AtOnce;
use super::core::Set;
use super::input::Extent;
use super::keep::Keep;
use super::progress::{Progress, Told, Watched};
use super::pull::{Answer, Pull, Pulled};

/// The future that a pull makes.
pub(super) type Child<P> = <<P as Pull>::Answer as Answer>::Future;

/// The output of that future.
pub(super) type Yield<P> = <Child<P> as Future>::Output;

/// After so many futures that are ready at once a stream lets those have their turn that were woken: it may be ready for ever.
/// An iterator that others wait for has an end, so it is not interrupted.
const READY_AT_ONCE: u32 = 128;

/// Futures from `pull` on their way to an output of `K`.
///
/// Their type is one of its own, and not what a trait says about `P`: whether this may go to another thread is asked where every
/// lifetime in `P` counts as another one, and there a trait that wants two of them to be the same holds no longer.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Together<P, F: Future, K> {
    pull: P,
    set: Set<F>,
    keep: K,
    at_once: AtOnce,
    is_at_its_end: bool,
    /// Whether the input goes first, where it is one that waits: it and the futures may take tokio's budget from one another.
    is_inputs_turn: bool,
}

/// See `Together`.
#[inline]
pub(super) const fn together<P: Pull, K: Keep<Yield<P>>>(pull: P, at_once: AtOnce, keep: K) -> Together<P, Child<P>, K> {
    Together { pull, set: Set::new(), keep, at_once, is_at_its_end: false, is_inputs_turn: false }
}

impl<P: Pull<Answer: Answer<Future = F>>, F: Future, K: Keep<F::Output>> Together<P, F, K> {
    /// The same with somebody who is told how far it is.
    pub fn watched<W: Progress>(self, progress: Told<W>, extent: Extent) -> Together<P, F, Watched<K, W>> {
        let Self { pull, set, keep, at_once, is_at_its_end, is_inputs_turn } = self;
        let keep = Watched::new(keep, progress, extent);
        Together { pull, set, keep, at_once, is_at_its_end, is_inputs_turn }
    }

    /// Lets everybody get on who can. `Break` is the end before the end.
    #[inline]
    pub(super) fn advance(&mut self, cx: &mut Context<'_>) -> ControlFlow<K::Output> {
        if P::MAY_WAIT {
            self.is_inputs_turn = !self.is_inputs_turn;
            if self.is_inputs_turn {
                self.pull(cx)?;
            }
        }
        if self.set.running() > 0 {
            self.poll_woken(cx)?;
        }
        self.pull(cx)
    }

    fn poll_woken(&mut self, cx: &Context<'_>) -> ControlFlow<K::Output> {
        self.set.hear(cx);
        while let Some((input, output)) = self.set.poll_next(cx) {
            self.keep.set(input, output)?;
        }
        ControlFlow::Continue(())
    }

    /// Pulls while there is room.
    #[inline]
    fn pull(&mut self, cx: &mut Context<'_>) -> ControlFlow<K::Output> {
        if self.is_at_its_end {
            ControlFlow::Continue(())
        } else if self.set.is_untouched() {
            self.pull_first(cx)
        } else {
            self.pull_more(cx)
        }
    }

    /// As long as every future is ready at its first poll: a plain loop over them, in which nothing is counted.
    #[inline]
    fn pull_first(&mut self, cx: &mut Context<'_>) -> ControlFlow<K::Output> {
        while self.at_once.allows_another(self.keep.unread()) {
            match self.pull.pull(cx).answer() {
                Ok(Pulled::Next(future)) => match self.set.poll_once(future, cx) {
                    Ok(output) => self.keep.push_first(output)?,
                    Err(pending) => {
                        let ready = self.set.start_offered(pending, self.keep.count(), cx);
                        self.started(ready)?;
                        return self.pull_more(cx);
                    }
                },
                Ok(Pulled::Later) => break,
                Ok(Pulled::End) => {
                    self.is_at_its_end = true;
                    break;
                }
                Err(output) => self.keep.push_first(output)?,
            }
        }
        ControlFlow::Continue(())
    }

    fn pull_more(&mut self, cx: &mut Context<'_>) -> ControlFlow<K::Output> {
        let mut ready_at_once = 0;
        while self.has_room() {
            if P::MAY_WAIT && ready_at_once == READY_AT_ONCE {
                cx.waker().wake_by_ref();
                break;
            }
            let ready = match self.pull.pull(cx).answer() {
                Ok(Pulled::Next(future)) => self.set.start(future, self.keep.count(), cx),
                Ok(Pulled::Later) => break,
                Ok(Pulled::End) => {
                    self.is_at_its_end = true;
                    break;
                }
                Err(output) => Some(output),
            };
            ready_at_once += u32::from(ready.is_some());
            self.started(ready)?;
        }
        ControlFlow::Continue(())
    }

    /// The future that was started last is ready or pending.
    fn started(&mut self, ready: Option<F::Output>) -> ControlFlow<K::Output> {
        match ready {
            Some(output) => self.keep.push(output),
            None => {
                self.keep.push_pending();
                ControlFlow::Continue(())
            }
        }
    }

    #[inline]
    fn has_room(&self) -> bool {
        self.at_once.allows_another(self.set.running() + self.keep.unread())
    }

    /// Whether every future has its output, and there will be no more.
    pub(super) fn is_done(&self) -> bool {
        self.is_at_its_end && self.set.running() == 0
    }

    pub(super) fn keep(&mut self) -> &mut K {
        &mut self.keep
    }
}

// The futures are pinned in seats of their own, and nothing else is polled in its place.
impl<P, F: Future, K> Unpin for Together<P, F, K> {}

impl<P: Pull<Answer: Answer<Future = F>>, F: Future, K: Keep<F::Output>> Future for Together<P, F, K> {
    type Output = K::Output;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<K::Output> {
        match self.advance(cx) {
            ControlFlow::Break(end) => {
                // Everything is gone before anybody sees why.
                self.set.clear();
                self.keep.clear();
                Poll::Ready(end)
            }
            ControlFlow::Continue(()) if self.is_done() => Poll::Ready(self.keep.finish()),
            ControlFlow::Continue(()) => Poll::Pending,
        }
    }
}

impl<P, F: Future, K> fmt::Debug for Together<P, F, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Together").field("running", &self.set.running()).finish_non_exhaustive()
    }
}
