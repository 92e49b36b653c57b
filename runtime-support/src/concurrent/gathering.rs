//! `gather!` over a comprehension: a `Vec` in the order of the input.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::at_once::AtOnce;
use super::set::{Done, Set};

/// Whether an output ends the gather: never without a mark, an `Err` with one.
pub trait Mark<O> {
    type Value;
    type Error;
    fn judge(output: O) -> Result<Self::Value, Self::Error>;
}

/// A comprehension without a mark.
#[derive(Debug)]
pub struct Unmarked;

impl<O> Mark<O> for Unmarked {
    type Value = O;
    type Error = Infallible;
    fn judge(output: O) -> Result<O, Infallible> {
        Ok(output)
    }
}

/// A comprehension with a `?` behind it.
#[derive(Debug)]
pub struct Marked;

impl<T, E> Mark<Result<T, E>> for Marked {
    type Value = T;
    type Error = E;
    fn judge(output: Result<T, E>) -> Result<T, E> {
        output
    }
}

/// The state of a comprehension under way.
pub struct Gathering<F: Future, K: Mark<F::Output>> {
    set: Set<F>,
    outputs: Vec<Option<K::Value>>,
    at_once: AtOnce,
}

/// See `Gathering`. `expected` is how many futures will come at least.
pub fn gathering<F: Future, K: Mark<F::Output>>(_mark: K, at_once: AtOnce, expected: usize) -> Gathering<F, K> {
    // What an iterator promises is not worth more than some memory.
    let most = (1 << 20) / size_of::<Option<K::Value>>().max(1);
    Gathering { set: Set::new(), outputs: Vec::with_capacity(expected.min(most)), at_once }
}

impl<F: Future, K: Mark<F::Output>> Gathering<F, K> {
    /// Waits until another future may start. The ones that run get on meanwhile.
    #[inline]
    pub fn room(&mut self) -> Room<'_, F, K> {
        Room { gathering: self }
    }

    /// Takes in the next future.
    #[inline]
    pub fn start(&mut self, future: F) {
        self.set.start(self.outputs.len(), future);
        self.outputs.push(None);
    }

    /// Waits for the futures that still run.
    pub fn finish(self) -> Finish<F, K> {
        Finish { gathering: self }
    }

    fn has_room(&self) -> bool {
        self.at_once.allows_another(self.set.running())
    }

    /// Keeps what has come; drops everything else at the first error.
    #[inline]
    fn keep(&mut self, (input, output): Done<F>) -> Result<(), K::Error> {
        match K::judge(output) {
            Ok(value) => {
                self.outputs[input] = Some(value);
                Ok(())
            }
            Err(error) => {
                self.set.clear();
                self.outputs.clear();
                Err(error)
            }
        }
    }
}

impl<F: Future, K: Mark<F::Output>> fmt::Debug for Gathering<F, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gathering").field("running", &self.set.running()).finish_non_exhaustive()
    }
}

/// See [`Gathering::room`].
#[derive(Debug)]
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Room<'a, F: Future, K: Mark<F::Output>> {
    gathering: &'a mut Gathering<F, K>,
}

impl<F: Future, K: Mark<F::Output>> Future for Room<'_, F, K> {
    type Output = Result<(), K::Error>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let gathering = &mut *self.gathering;
        // What was started last is polled once even if there is room, so that what is ready makes some.
        if let Some(done) = gathering.set.poll_fresh(cx) {
            gathering.keep(done)?;
        }
        if !gathering.has_room() {
            gathering.set.hear(cx);
        }
        while !gathering.has_room() {
            let Some(done) = gathering.set.poll_next(cx) else { return Poll::Pending };
            gathering.keep(done)?;
        }
        Poll::Ready(Ok(()))
    }
}

/// See [`Gathering::finish`].
#[derive(Debug)]
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Finish<F: Future, K: Mark<F::Output>> {
    gathering: Gathering<F, K>,
}

// The futures are pinned in boxes of their own, the outputs nowhere.
impl<F: Future, K: Mark<F::Output>> Unpin for Finish<F, K> {}

impl<F: Future, K: Mark<F::Output>> Future for Finish<F, K> {
    type Output = Result<Vec<K::Value>, K::Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let gathering = &mut self.gathering;
        gathering.set.hear(cx);
        while let Some(done) = gathering.set.poll_next(cx) {
            gathering.keep(done)?;
        }
        if gathering.set.running() > 0 {
            return Poll::Pending;
        }
        // Collected in place: the outputs stay in the memory that they are in. (With `flatten` they would not.)
        let outputs = std::mem::take(&mut gathering.outputs).into_iter();
        Poll::Ready(Ok(outputs.map(|output| output.expect("a future that has ended has its output")).collect()))
    }
}

/// The result of a comprehension that can not fail.
pub fn infallible<T>(result: Result<T, Infallible>) -> T {
    let Ok(value) = result;
    value
}

pin_project! {
    /// `gather!` over a comprehension: a `Vec` of the outputs, or the first error.
    ///
    /// # Panics
    /// When polled again after it has returned.
    ///
    /// # Cancel safety
    /// Dropping it drops its futures, in the order of their inputs.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Collect<B> {
        // Emptied at the end.
        #[pin]
        body: Option<B>,
    }
}

/// See `Collect`.
pub fn collect<B: Future>(body: B) -> Collect<B> {
    Collect { body: Some(body) }
}

impl<B: Future> Future for Collect<B> {
    type Output = B::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<B::Output> {
        let mut body = self.project().body;
        let Some(running) = body.as_mut().as_pin_mut() else { panic!("`gather!` was polled after it had returned") };
        let output = ready!(running.poll(cx));
        body.set(None);
        Poll::Ready(output)
    }
}

impl<B> fmt::Debug for Collect<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collect").finish_non_exhaustive()
    }
}
