//! `as_completed!`: outputs in the order in which they come.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::at_once::AtOnce;
use super::core::{Fresh, Set};

/// The state of a comprehension under way.
pub struct Completing<F: Future> {
    set: Set<F>,
    /// Come, and not asked for yet.
    done: VecDeque<F::Output>,
    at_once: AtOnce,
    started: usize,
}

/// See `Completing`.
pub fn completing<F: Future>(at_once: AtOnce) -> Completing<F> {
    Completing { set: Set::new(), done: VecDeque::new(), at_once, started: 0 }
}

impl<F: Future> Completing<F> {
    /// `None` once another future may start, before that an output that stands in its way.
    pub fn overflow(&mut self) -> Output<'_, F> {
        Output { completing: self, wanted: Wanted::Room }
    }

    /// The next output, and `None` after the last.
    pub fn output(&mut self) -> Output<'_, F> {
        Output { completing: self, wanted: Wanted::Output }
    }

    /// Takes in the next future.
    pub fn start(&mut self, future: F) {
        self.set.start(self.started, future);
        self.started += 1;
    }

    fn has_room(&self) -> bool {
        self.at_once.allows_another(self.set.running() + self.done.len())
    }
}

impl<F: Future> fmt::Debug for Completing<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Completing").field("running", &self.set.running()).finish_non_exhaustive()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Room,
    Output,
}

/// See [`Completing::output`].
#[derive(Debug)]
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Output<'a, F: Future> {
    completing: &'a mut Completing<F>,
    wanted: Wanted,
}

impl<F: Future> Future for Output<'_, F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let wanted = self.wanted;
        let completing = &mut *self.completing;
        // Every time, also where an output is there already: what was woken must not wait until nothing else is ready.
        completing.set.hear(cx);
        while let Some((_, output)) = completing.set.poll_next(cx) {
            completing.done.push_back(output);
        }
        if let Fresh::Ready(output) = completing.set.poll_fresh(cx) {
            completing.done.push_back(output);
        }
        if wanted == Wanted::Room && completing.has_room() {
            return Poll::Ready(None);
        }
        match completing.done.pop_front() {
            None if completing.set.running() > 0 => Poll::Pending,
            output => Poll::Ready(output),
        }
    }
}
