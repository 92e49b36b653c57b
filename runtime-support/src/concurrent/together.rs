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
use super::pull::{Answer, Pull, Pulled};
use crate::scope::Held;

/// The future that a pull makes.
pub(super) type Child<P> = <<P as Pull>::Answer as Answer>::Future;

/// The output of that future.
pub(super) type Yield<P> = <Child<P> as Future>::Output;

/// After so many futures that are ready at once a stream lets others have their turn, the task's included: it may be ready for ever.
/// An iterator that others wait for has an end, so it is not interrupted.
const READY_AT_ONCE: u32 = 128;

/// Futures that run together, on their way to one output.
///
/// Made by [`gather`](fn@crate::gather), [`try_gather`](crate::try_gather), [`race`](fn@crate::race) and
/// [`race_ok`](fn@crate::race_ok).
///
/// # Panics
/// When polled again after it has returned. A panic of a future goes on; the others are dropped before, and the clean-ups in them
/// have ended.
///
/// # Cancel safety
/// Dropping it drops its futures, in the order of their inputs, and the outputs that were there.
// The type of the futures is one of its own, and not what a trait says about `P`: whether this may go to another thread is asked
// where every lifetime in `P` counts as another one, and there a trait that wants two of them to be the same holds no longer.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Together<P, F: Future, K, O> {
    set: Set<F>,
    keep: K,
    /// The outcome, while clean-ups of futures that were given up are waited for.
    held: Held<O>,
    /// Behind the futures: what it still has goes after those that were started. Emptied at the end.
    pull: Option<P>,
    at_once: AtOnce,
    is_at_its_end: bool,
    is_over: bool,
    /// Whether the input goes first, where it is one that waits: it and the futures may take tokio's budget from one another.
    is_inputs_turn: bool,
}

/// See `Together`.
#[inline]
pub(super) fn together<P: Pull, K, O>(extent: Extent, at_once: AtOnce, pull: P, keep: K) -> Together<P, Child<P>, K, O>
where
    K: Keep<Yield<P>, Output = O>,
{
    let set = Set::expecting(at_once.most_of(extent.at_least));
    let (held, pull) = (Held::new(), Some(pull));
    Together { set, keep, held, pull, at_once, is_at_its_end: false, is_over: false, is_inputs_turn: false }
}

/// Ends everything when it is dropped: when a future panics.
struct Over<'t, P, F: Future, K: Keep<F::Output>, O>(&'t mut Together<P, F, K, O>);

impl<P, F: Future, K: Keep<F::Output>, O> Drop for Over<'_, P, F, K, O> {
    #[cold]
    fn drop(&mut self) {
        self.0.end();
    }
}

impl<P, F: Future, K, O> Together<P, F, K, O> {
    /// The same with another pull and other outputs, before anything has run.
    pub(super) fn change<Q: Pull, L, M>(
        self,
        change: impl FnOnce(Option<P>, K) -> (Option<Q>, L),
    ) -> Together<Q, Child<Q>, L, M> {
        let set = Set::expecting(self.set.expected());
        let (pull, keep) = change(self.pull, self.keep);
        let (held, at_once) = (Held::new(), self.at_once);
        Together { set, keep, held, pull, at_once, is_at_its_end: false, is_over: false, is_inputs_turn: false }
    }

    pub(super) fn source(&self) -> Option<&P> {
        self.pull.as_ref()
    }

    pub(super) fn set_limit(&mut self, at_once: AtOnce) {
        self.set = Set::expecting(at_once.most_of(self.set.expected()));
        self.at_once = at_once;
    }
}

impl<P, F: Future, K: Keep<F::Output>, O> Together<P, F, K, O> {
    /// Drops everything.
    fn end(&mut self) {
        self.is_at_its_end = true;
        self.is_over = true;
        self.set.clear();
        self.keep.clear();
        self.pull = None;
    }
}

impl<P: Pull<Answer: Answer<Future = F>>, F: Future, K: Keep<F::Output>, O> Together<P, F, K, O> {
    /// Lets everybody get on who can. `Break` is the end before the end.
    #[inline]
    pub(super) fn advance(&mut self, cx: &mut Context<'_>) -> ControlFlow<K::Output> {
        let over = Over(self);
        let end = over.0.go_on(cx);
        std::mem::forget(over);
        end
    }

    #[inline]
    fn go_on(&mut self, cx: &mut Context<'_>) -> ControlFlow<K::Output> {
        self.keep.begin();
        if P::MAY_WAIT {
            self.is_inputs_turn = !self.is_inputs_turn;
            if self.is_inputs_turn {
                self.pull(cx)?;
            }
        }
        self.set.poll_woken(cx, |input, output| self.keep.set(input, output))?;
        self.pull(cx)
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

    /// As long as every future is ready at its first poll: a plain loop over them. Those of an iterator are not even counted.
    #[inline]
    fn pull_first(&mut self, cx: &mut Context<'_>) -> ControlFlow<K::Output> {
        let Some(pull) = &mut self.pull else { return ControlFlow::Continue(()) };
        let mut ready_at_once = 0;
        while self.at_once.allows_another(self.keep.unread()) {
            if P::MAY_WAIT {
                if ready_at_once == READY_AT_ONCE {
                    cx.waker().wake_by_ref();
                    break;
                }
                ready_at_once += 1;
            }
            match pull.pull(cx).answer() {
                Ok(Pulled::Next(future)) => match self.set.poll_once(future, || self.keep.count(), cx) {
                    Ok(output) => self.keep.push_first(output)?,
                    Err(pending) => {
                        let ready = self.set.go_on(pending, cx);
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
            let Some(pull) = &mut self.pull else { break };
            let ready = match pull.pull(cx).answer() {
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
    #[inline]
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

    pub(super) fn kept(&self) -> &K {
        &self.keep
    }

    pub(super) fn keep(&mut self) -> &mut K {
        &mut self.keep
    }
}

// The futures are pinned in seats of their own, and nothing else is polled in its place.
impl<P, F: Future, K, O> Unpin for Together<P, F, K, O> {}

impl<P: Pull<Answer: Answer<Future = F>>, F: Future, K: Keep<F::Output, Output = O>, O> Future for Together<P, F, K, O> {
    type Output = O;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<O> {
        assert!(!self.is_over || self.held.is_waiting(), "futures that run together were polled after they had returned");
        let mut held = std::mem::replace(&mut self.held, Held::new());
        let polled = held.poll(cx, |cx| match self.advance(cx) {
            ControlFlow::Break(output) => {
                // Everything is gone before anybody sees why.
                self.end();
                Poll::Ready(Err(output))
            }
            ControlFlow::Continue(()) if self.is_done() => Poll::Ready(Ok(())),
            ControlFlow::Continue(()) => Poll::Pending,
        });
        self.held = held;
        polled.map(|ended| match ended {
            Ok(()) => {
                self.is_over = true;
                let output = self.keep.finish();
                self.end();
                output
            }
            Err(output) => output,
        })
    }
}

impl<P, F: Future, K, O> fmt::Debug for Together<P, F, K, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Together").field("running", &self.set.running()).finish_non_exhaustive()
    }
}
