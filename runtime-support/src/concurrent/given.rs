//! What a macro was given, before anybody knows whether it is what the macro needs.
//!
//! A method takes it where the bounds hold. Where they do not, method resolution goes on behind `Deref`, to a method of the same
//! name that states the broken bound: once, at the user's own expression. It gives a [`StandIn`] that fits everywhere, so that
//! one mistake is one error. Nothing of this is left at run time.

use std::any::type_name_of_val;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::arms::{Arm, Arms, Failing, Kept, TryArm};
use super::failures::Failures;
use super::input::Items;
use super::progress::{Finished, Progress, Told};
use super::tasks::{Running, Spawned, Tasks};

/// An expression without a mark.
#[derive(Debug)]
pub struct Given<V> {
    value: V,
    otherwise: Otherwise<V>,
}

/// Behind a [`Given`] that lacks something.
#[derive(Debug)]
pub struct Otherwise<V>(PhantomData<fn() -> V>);

/// See `Given`.
#[inline]
pub fn given<V>(value: V) -> Given<V> {
    Given { value, otherwise: Otherwise(PhantomData) }
}

impl<V> Deref for Given<V> {
    type Target = Otherwise<V>;

    fn deref(&self) -> &Otherwise<V> {
        &self.otherwise
    }
}

impl<F: IntoFuture> Given<F> {
    /// As an arm of `gather!`.
    #[inline]
    pub fn arm(self) -> Arm<F::IntoFuture> {
        Arm::new(self.value.into_future())
    }

    /// As the child of a comprehension.
    #[inline]
    pub fn child(self) -> F::IntoFuture {
        self.value.into_future()
    }
}

impl<F: Future<Output: Send + 'static> + Send + 'static> Given<F> {
    /// As a task of its own, which starts with the first poll.
    pub fn task(self, tasks: &Tasks) -> Spawned<F, F::Output> {
        tasks.arm(self.value, |_| None)
    }

    /// As a task of its own, which starts now.
    pub fn running(self, tasks: &Tasks) -> Running<F::Output> {
        tasks.spawn(self.value, |_| None)
    }
}

impl<T: Send + 'static, E: Send + 'static, F: Future<Output = Result<T, E>> + Send + 'static> Given<F> {
    /// As a task of its own, which starts with the first poll and fails with an `Err`.
    pub fn failing_task(self, tasks: &Tasks) -> Spawned<F, Result<T, E>> {
        tasks.arm(self.value, failure)
    }

    /// As a task of its own, which starts now and fails with an `Err`.
    pub fn failing_running(self, tasks: &Tasks) -> Running<Result<T, E>> {
        tasks.spawn(self.value, failure)
    }
}

/// What an output that nobody looks at was, if it was a failure.
fn failure<T, E>(output: &Result<T, E>) -> Option<&'static str> {
    output.as_ref().err().map(type_name_of_val)
}

impl<I: IntoIterator> Given<I> {
    /// As the input of a comprehension.
    #[inline]
    pub fn items(self) -> Items<I::IntoIter> {
        Items::new(self.value.into_iter())
    }
}

impl<P: Progress> Given<P> {
    /// As what is told of progress.
    pub fn progress(self) -> Told<P> {
        Told(self.value)
    }
}

impl<V> Otherwise<V> {
    pub fn arm<T>(&self) -> StandIn<T>
    where
        V: IntoFuture,
    {
        no_value()
    }

    pub fn child<T>(&self) -> StandIn<T>
    where
        V: IntoFuture,
    {
        no_value()
    }

    pub fn task<T>(&self, _: &Tasks) -> StandIn<T>
    where
        V: Future<Output: Send> + Send,
    {
        no_value()
    }

    pub fn running<T>(&self, _: &Tasks) -> StandIn<T>
    where
        V: Future<Output: Send> + Send,
    {
        no_value()
    }

    pub fn failing_task<T>(&self, _: &Tasks) -> StandIn<T>
    where
        V: Future<Output: Send> + Send,
    {
        no_value()
    }

    pub fn failing_running<T>(&self, _: &Tasks) -> StandIn<T>
    where
        V: Future<Output: Send> + Send,
    {
        no_value()
    }

    pub fn items<T>(&self) -> Items<StandIn<T>>
    where
        V: IntoIterator,
    {
        no_value()
    }

    pub fn progress(&self) -> Told<StandIn<()>>
    where
        V: Progress,
    {
        no_value()
    }
}

/// An expression with a `?` behind it.
#[derive(Debug)]
pub struct GivenMarked<V, E> {
    value: V,
    otherwise: OtherwiseMarked<V, E>,
}

/// Behind a [`GivenMarked`] that lacks something.
#[derive(Debug)]
pub struct OtherwiseMarked<V, E>(PhantomData<fn() -> (V, E)>);

/// See `GivenMarked`. `_error` is shared by all marked arms, so that the one whose error differs is the one at fault.
#[inline]
pub fn marked<V, E>(value: V, _error: PhantomData<E>) -> GivenMarked<V, E> {
    GivenMarked { value, otherwise: OtherwiseMarked(PhantomData) }
}

impl<V, E> Deref for GivenMarked<V, E> {
    type Target = OtherwiseMarked<V, E>;

    fn deref(&self) -> &OtherwiseMarked<V, E> {
        &self.otherwise
    }
}

impl<F: IntoFuture<Output = Result<T, E>>, T, E> GivenMarked<F, E> {
    /// As an arm of `gather!`.
    #[inline]
    pub fn arm(self) -> TryArm<F::IntoFuture, T> {
        TryArm::new(self.value.into_future())
    }

    /// As an arm of `gather!` with `errors = all`.
    pub fn kept(self) -> Kept<F::IntoFuture> {
        Kept::new(self.value.into_future())
    }

    /// As the child of a comprehension.
    #[inline]
    pub fn child(self) -> F::IntoFuture {
        self.value.into_future()
    }
}

impl<V, E> OtherwiseMarked<V, E> {
    pub fn arm<T>(&self) -> StandIn<T>
    where
        V: IntoFuture<Output: FailsWith<E>>,
    {
        no_value()
    }

    pub fn kept<T>(&self) -> StandIn<T>
    where
        V: IntoFuture<Output: FailsWith<E>>,
    {
        no_value()
    }

    pub fn child<T>(&self) -> StandIn<Result<T, E>>
    where
        V: IntoFuture<Output: FailsWith<E>>,
    {
        no_value()
    }
}

/// An expression with a `?` behind it whose error becomes `E`.
#[derive(Debug)]
pub struct GivenConverted<V, E> {
    value: V,
    otherwise: OtherwiseConverted<V, E>,
}

/// Behind a [`GivenConverted`] that lacks something.
#[derive(Debug)]
pub struct OtherwiseConverted<V, E>(PhantomData<fn() -> (V, E)>);

/// See `GivenConverted`.
#[inline]
pub fn converted<V, E>(value: V, _error: PhantomData<E>) -> GivenConverted<V, E> {
    GivenConverted { value, otherwise: OtherwiseConverted(PhantomData) }
}

impl<V, E> Deref for GivenConverted<V, E> {
    type Target = OtherwiseConverted<V, E>;

    fn deref(&self) -> &OtherwiseConverted<V, E> {
        &self.otherwise
    }
}

impl<F: IntoFuture<Output = Result<T, Own>>, T, Own: Into<E>, E> GivenConverted<F, E> {
    /// As a child.
    #[inline]
    pub fn child(self) -> Converted<F::IntoFuture, E> {
        Converted { future: self.value.into_future(), error: PhantomData }
    }
}

impl<V, E> OtherwiseConverted<V, E> {
    pub fn child<T>(&self) -> StandIn<Result<T, E>>
    where
        V: IntoFuture<Output: FailsInto<E>>,
    {
        no_value()
    }
}

/// An output behind which a `?` may stand where errors are converted.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can not fail with what becomes `{E}`",
    label = "this gives `{Self}`",
    note = "with `error = {E}` a `?` stands behind a future that gives a `Result`, from whose error `{E}` is made by `From`"
)]
pub trait FailsInto<E> {}

#[diagnostic::do_not_recommend]
impl<T, Own: Into<E>, E> FailsInto<E> for Result<T, Own> {}

pin_project! {
    /// A future whose error becomes `E`, as a `?` of Rust's own would make it.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Converted<F, E> {
        #[pin]
        future: F,
        error: PhantomData<fn() -> E>,
    }
}

impl<T, Own: Into<E>, E, F: Future<Output = Result<T, Own>>> Future for Converted<F, E> {
    type Output = Result<T, E>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T, E>> {
        self.project().future.poll(cx).map_err(Into::into)
    }
}

/// An output behind which a `?` may stand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can not fail with `{E}`",
    label = "this gives `{Self}`",
    note = "a `?` stands behind a future that gives a `Result`, and all in one `gather!` share one error type"
)]
pub trait FailsWith<E> {}

#[diagnostic::do_not_recommend]
impl<T, E> FailsWith<E> for Result<T, E> {}

pub(crate) fn no_value<T>() -> T {
    unreachable!("this is called only where a bound is broken, which does not compile")
}

/// Fits where something else would have to stand.
#[derive(Debug)]
pub struct StandIn<T>(PhantomData<fn() -> T>);

impl<T> Future for StandIn<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        no_value()
    }
}

impl<T> Iterator for StandIn<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        no_value()
    }
}

#[diagnostic::do_not_recommend]
impl<T> Progress for StandIn<T> {
    fn finished(&mut self, _: Finished) {
        no_value::<()>();
    }
}

impl<T, E> Arms<E> for StandIn<T> {
    const COUNT: usize = 1;
    type Output = T;

    fn poll_range(self: Pin<&mut Self>, _: usize, _: usize, _: &mut Context<'_>) -> Result<u32, E> {
        no_value()
    }

    fn take(self: Pin<&mut Self>) -> T {
        no_value()
    }
}

impl<T, E> Failing<E> for StandIn<T> {
    fn fail(self: Pin<&mut Self>, _: &mut Failures<E>) {
        no_value::<()>();
    }
}
