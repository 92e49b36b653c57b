//! What becomes of the outputs of a comprehension.

use std::marker::PhantomData;
use std::ops::ControlFlow;

use super::core::Outputs;
use super::failures::GatherErrors;

/// Takes outputs in as they come, and may end everything with one of them.
pub trait Keep<O> {
    /// Of everything.
    type Output;

    /// The whole is polled.
    #[inline]
    fn begin(&mut self) {}

    /// Takes the output of the future that was started last, and was ready at once, as all before it.
    fn push_first(&mut self, output: O) -> ControlFlow<Self::Output>;

    /// The same behind others that were not.
    fn push(&mut self, output: O) -> ControlFlow<Self::Output>;

    /// The future that was started last will have its output later.
    fn push_pending(&mut self);

    /// How many were pushed, in both ways.
    fn count(&self) -> usize;

    /// Takes such an output.
    fn set(&mut self, input: usize, output: O) -> ControlFlow<Self::Output>;

    /// Everybody has an output.
    fn finish(&mut self) -> Self::Output;

    /// Drops what has come.
    fn clear(&mut self);

    /// How many outputs stand in the way of further futures.
    #[inline]
    fn unread(&self) -> usize {
        0
    }

    /// Whether an output is a failure, to those who watch.
    fn is_failure(_: &O) -> bool {
        false
    }
}

/// Every output, as it is.
#[derive(Debug)]
pub struct All<T>(pub(super) Outputs<T>);

impl<T> Keep<T> for All<T> {
    type Output = Vec<T>;

    #[inline]
    fn push_first(&mut self, output: T) -> ControlFlow<Vec<T>> {
        self.0.push_first(output);
        ControlFlow::Continue(())
    }

    fn push(&mut self, output: T) -> ControlFlow<Vec<T>> {
        self.0.push(output);
        ControlFlow::Continue(())
    }

    #[inline]
    fn push_pending(&mut self) {
        self.0.push_pending();
    }

    #[inline]
    fn count(&self) -> usize {
        self.0.count()
    }

    #[inline]
    fn set(&mut self, input: usize, output: T) -> ControlFlow<Vec<T>> {
        self.0.set(input, output);
        ControlFlow::Continue(())
    }

    fn finish(&mut self) -> Vec<T> {
        self.0.take()
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}

/// Good outputs, as long as there is no other.
#[derive(Debug)]
pub struct FailFast<T, E>(pub(super) Outputs<T>, pub(super) PhantomData<fn() -> E>);

impl<T, E> Keep<Result<T, E>> for FailFast<T, E> {
    type Output = Result<Vec<T>, E>;

    #[inline]
    fn push_first(&mut self, output: Result<T, E>) -> ControlFlow<Self::Output> {
        match output {
            Ok(value) => self.0.push_first(value),
            Err(error) => return ControlFlow::Break(Err(error)),
        }
        ControlFlow::Continue(())
    }

    fn push(&mut self, output: Result<T, E>) -> ControlFlow<Self::Output> {
        match output {
            Ok(value) => self.0.push(value),
            Err(error) => return ControlFlow::Break(Err(error)),
        }
        ControlFlow::Continue(())
    }

    #[inline]
    fn push_pending(&mut self) {
        self.0.push_pending();
    }

    #[inline]
    fn count(&self) -> usize {
        self.0.count()
    }

    #[inline]
    fn set(&mut self, input: usize, output: Result<T, E>) -> ControlFlow<Self::Output> {
        match output {
            Ok(value) => self.0.set(input, value),
            Err(error) => return ControlFlow::Break(Err(error)),
        }
        ControlFlow::Continue(())
    }

    fn finish(&mut self) -> Self::Output {
        Ok(self.0.take())
    }

    fn clear(&mut self) {
        self.0.clear();
    }

    fn is_failure(output: &Result<T, E>) -> bool {
        output.is_err()
    }
}

/// Good outputs, or every error.
#[derive(Debug)]
pub struct AllErrors<T, E>(pub(super) Outputs<Result<T, E>>);

impl<T, E> Keep<Result<T, E>> for AllErrors<T, E> {
    type Output = Result<Vec<T>, GatherErrors<E>>;

    #[inline]
    fn push_first(&mut self, output: Result<T, E>) -> ControlFlow<Self::Output> {
        self.0.push_first(output);
        ControlFlow::Continue(())
    }

    fn push(&mut self, output: Result<T, E>) -> ControlFlow<Self::Output> {
        self.0.push(output);
        ControlFlow::Continue(())
    }

    #[inline]
    fn push_pending(&mut self) {
        self.0.push_pending();
    }

    #[inline]
    fn count(&self) -> usize {
        self.0.count()
    }

    #[inline]
    fn set(&mut self, input: usize, output: Result<T, E>) -> ControlFlow<Self::Output> {
        self.0.set(input, output);
        ControlFlow::Continue(())
    }

    fn finish(&mut self) -> Self::Output {
        let outputs = self.0.take();
        if outputs.iter().all(Result::is_ok) {
            return Ok(outputs.into_iter().filter_map(Result::ok).collect());
        }
        Err(GatherErrors::new(outputs.into_iter().map(Result::err).collect()))
    }

    fn clear(&mut self) {
        self.0.clear();
    }

    fn is_failure(output: &Result<T, E>) -> bool {
        output.is_err()
    }
}
