//! `gather!` over a comprehension: a `Vec` in the order of the input.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::at_once::AtOnce;
use super::core::{Done, Fresh, Set};

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
    outputs: Outputs<K::Value>,
    at_once: AtOnce,
}

/// Outputs in the order of the input.
struct Outputs<T> {
    /// Of those that were all ready when they were started: nothing stands before them.
    ready: Vec<T>,
    /// Of those behind the first that was not.
    others: Vec<Option<T>>,
    /// How many to have memory for.
    expected: usize,
}

impl<T> Outputs<T> {
    /// `expected` is how many will come at least.
    fn new(expected: usize) -> Self {
        // What an iterator promises is not worth more than some memory.
        let expected = expected.min((1 << 20) / size_of::<T>().max(1));
        Self { ready: Vec::with_capacity(expected), others: Vec::new(), expected }
    }

    fn len(&self) -> usize {
        self.ready.len() + self.others.len()
    }

    /// One that was ready when it was started.
    #[inline]
    fn push(&mut self, output: T) {
        if self.others.is_empty() { self.ready.push(output) } else { self.others.push(Some(output)) }
    }

    fn push_pending(&mut self) {
        if self.others.is_empty() {
            self.others.reserve(self.expected.saturating_sub(self.ready.len()));
        }
        self.others.push(None);
    }

    fn set(&mut self, input: usize, output: T) {
        self.others[input - self.ready.len()] = Some(output);
    }

    fn clear(&mut self) {
        self.ready.clear();
        self.others.clear();
    }

    fn take(&mut self) -> Vec<T> {
        let mut outputs = std::mem::take(&mut self.ready);
        let others = std::mem::take(&mut self.others).into_iter();
        let others = others.map(|output| output.expect("a future that has ended has its output"));
        if outputs.is_empty() {
            // Collected in place: the outputs stay in the memory that they are in.
            return others.collect();
        }
        outputs.extend(others);
        outputs
    }
}

/// See `Gathering`. `expected` is how many futures will come at least.
pub fn gathering<F: Future, K: Mark<F::Output>>(_mark: K, at_once: AtOnce, expected: usize) -> Gathering<F, K> {
    Gathering { set: Set::expecting(expected), outputs: Outputs::new(expected), at_once }
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
    }

    /// Waits for the futures that still run.
    pub fn finish(self) -> Finish<F, K> {
        Finish { gathering: self }
    }

    fn has_room(&self) -> bool {
        self.at_once.allows_another(self.set.running())
    }

    /// The output of the one that was started last.
    #[inline]
    fn keep_last(&mut self, output: F::Output) -> Result<(), K::Error> {
        match K::judge(output) {
            Ok(value) => {
                self.outputs.push(value);
                Ok(())
            }
            Err(error) => Err(self.fail(error)),
        }
    }

    /// Keeps what has come.
    #[inline]
    fn keep(&mut self, (input, output): Done<F>) -> Result<(), K::Error> {
        match K::judge(output) {
            Ok(value) => {
                self.outputs.set(input, value);
                Ok(())
            }
            Err(error) => Err(self.fail(error)),
        }
    }

    /// Drops everything at the first error.
    #[cold]
    fn fail(&mut self, error: K::Error) -> K::Error {
        self.set.clear();
        self.outputs.clear();
        error
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
        match gathering.set.poll_fresh(cx) {
            Fresh::None => {}
            Fresh::Pending => gathering.outputs.push_pending(),
            Fresh::Ready(output) => gathering.keep_last(output)?,
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
        Poll::Ready(Ok(gathering.outputs.take()))
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
