//! Delegation, `yield ..inner`: the items of another stream or iterator, one after the other.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use pin_project_lite::pin_project;

use super::Accepts;
use super::core::{Emit, Outlet};
use super::yielder::Yielder;

/// What `yield ..` and [`Yielder::emit_all`] go through: every [`Stream`] and everything that can be iterated over.
///
/// The items' type is a parameter, so that wrong ones are one error: an associated type would be compared in several places.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a stream nor an iterator of `{T}`",
    label = "has no items of type `{T}`",
    note = "`yield ..inner` delivers the items of another stream or iterator; a range as a value is written `yield (..end)`"
)]
pub trait Delegate<T, Way> {
    #[doc(hidden)]
    type Items: Stream<Item = T>;
    #[doc(hidden)]
    fn into_items(self) -> Self::Items;
}

/// The same for a fallible body.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a stream nor an iterator of `{T}` or `Result<{T}, _>`",
    label = "has no items that become `Result<{T}, {E}>`",
    note = "`yield ..inner` delivers items of type `{T}`, or `Result<{T}, _>` with an error that `{E}` is made `From`"
)]
pub trait TryDelegate<T, E, Way> {
    type Items: Stream<Item: IntoOutcome<T, E>>;
    fn into_items(self) -> Self::Items;
}

/// What an iterator delegates to.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no iterator of `{T}`",
    label = "is no iterator of `{T}`",
    note = "without `async` the body is an iterator, which delegates to iterators only"
)]
pub trait Iterated<T, Way> {
    type Items: Stream<Item = T>;
    fn into_items(self) -> Self::Items;
}

/// The same for a fallible body.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no iterator of `{T}` or `Result<{T}, _>`",
    label = "has no items that become `Result<{T}, {E}>`",
    note = "`yield ..inner` delivers items of type `{T}`, or `Result<{T}, _>` with an error that `{E}` is made `From`",
    note = "without `async` the body is an iterator, which delegates to iterators only"
)]
pub trait TryIterated<T, E, Way> {
    type Items: Stream<Item: IntoOutcome<T, E>>;
    fn into_items(self) -> Self::Items;
}

/// How a type is gone through; inferred, as hardly any type is a stream and an iterator at once.
#[derive(Debug)]
pub enum AsStream {}

/// See `AsStream`.
#[derive(Debug)]
pub enum AsIterator {}

#[diagnostic::do_not_recommend]
impl<T, S: Stream<Item = T>> Delegate<T, AsStream> for S {
    type Items = S;

    #[inline]
    fn into_items(self) -> S {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<T, I: IntoIterator<Item = T>> Delegate<T, AsIterator> for I {
    type Items = Each<I::IntoIter>;

    #[inline]
    fn into_items(self) -> Each<I::IntoIter> {
        each(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T, E, S: Stream<Item: IntoOutcome<T, E>>> TryDelegate<T, E, AsStream> for S {
    type Items = S;

    #[inline]
    fn into_items(self) -> S {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<T, E, I: IntoIterator<Item: IntoOutcome<T, E>>> TryDelegate<T, E, AsIterator> for I {
    type Items = Each<I::IntoIter>;

    #[inline]
    fn into_items(self) -> Each<I::IntoIter> {
        each(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T, I: IntoIterator<Item = T>> Iterated<T, AsIterator> for I {
    type Items = Each<I::IntoIter>;

    #[inline]
    fn into_items(self) -> Each<I::IntoIter> {
        each(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T, E, I: IntoIterator<Item: IntoOutcome<T, E>>> TryIterated<T, E, AsIterator> for I {
    type Items = Each<I::IntoIter>;

    #[inline]
    fn into_items(self) -> Each<I::IntoIter> {
        each(self)
    }
}

/// What nothing is: a second way to go through an iterator, as that of `AsyncIterable`. With one alone rustc would take it, and report
/// its bound again at every use of the items.
trait Nothing {}

#[diagnostic::do_not_recommend]
impl<T, S: Stream<Item = T> + Nothing> Iterated<T, AsStream> for S {
    type Items = S;

    fn into_items(self) -> S {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<T, E, S: Stream<Item: IntoOutcome<T, E>> + Nothing> TryIterated<T, E, AsStream> for S {
    type Items = S;

    fn into_items(self) -> S {
        self
    }
}

/// An iterator as a stream that is always ready.
#[derive(Debug)]
pub struct Each<I>(I);

fn each<I: IntoIterator>(items: I) -> Each<I::IntoIter> {
    Each(items.into_iter())
}

// The iterator is used by value, never pinned.
impl<I> Unpin for Each<I> {}

impl<I: Iterator> Stream for Each<I> {
    type Item = I::Item;

    #[inline]
    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<I::Item>> {
        Poll::Ready(self.0.next())
    }
}

/// Where forwarded items go.
pub trait Exit<T> {
    /// Whether the item before has been delivered.
    fn poll_free(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()>;
    fn hand(self: Pin<&mut Self>, item: T, cx: &mut Context<'_>);
}

/// A body is polled again only after its item has been delivered.
impl<T> Exit<T> for &mut Outlet<'_, T> {
    #[inline]
    fn poll_free(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }

    #[inline]
    fn hand(self: Pin<&mut Self>, item: T, _: &mut Context<'_>) {
        self.put(item);
    }
}

pin_project! {
    /// The exit of a body that lends its handle.
    pub struct Emits<'y, T> {
        yielder: Yielder<'y, T>,
        #[pin]
        under_way: Option<Emit<'y, T>>,
    }
}

impl<T> fmt::Debug for Emits<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emits").finish_non_exhaustive()
    }
}

impl<T> Exit<T> for Emits<'_, T> {
    #[inline]
    fn poll_free(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut under_way = self.project().under_way;
        if let Some(emit) = under_way.as_mut().as_pin_mut() {
            ready!(emit.poll(cx));
            under_way.set(None);
        }
        Poll::Ready(())
    }

    #[inline]
    fn hand(self: Pin<&mut Self>, item: T, cx: &mut Context<'_>) {
        let this = self.project();
        let mut under_way = this.under_way;
        under_way.set(Some(this.yielder.emit(item)));
        if let Some(emit) = under_way.as_pin_mut() {
            // The first poll puts the item into the line; it is never ready.
            let _ = emit.poll(cx);
        }
    }
}

pin_project! {
    /// Delivers every item of `items`, and is ready at their end.
    #[derive(Debug)]
    #[must_use = "nothing is delivered unless the future is awaited"]
    pub struct Forward<S, X> {
        #[pin]
        items: S,
        #[pin]
        exit: X,
    }
}

impl<S: Stream, X: Exit<S::Item>> Future for Forward<S, X> {
    type Output = ();

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        ready!(this.exit.as_mut().poll_free(cx));
        let Some(item) = ready!(this.items.poll_next(cx)) else { return Poll::Ready(()) };
        this.exit.hand(item, cx);
        Poll::Pending
    }
}

pin_project! {
    /// The same in a fallible body: the first `Err` is the result.
    #[derive(Debug)]
    #[must_use = "nothing is delivered unless the future is awaited"]
    pub struct TryForward<S, X, T, E> {
        #[pin]
        items: S,
        #[pin]
        exit: X,
        result: PhantomData<fn() -> Result<T, E>>,
    }
}

impl<S, X, T, E> Future for TryForward<S, X, T, E>
where
    S: Stream<Item: IntoOutcome<T, E>>,
    X: Exit<Result<T, E>>,
{
    type Output = Result<(), E>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), E>> {
        let mut this = self.project();
        ready!(this.exit.as_mut().poll_free(cx));
        let Some(item) = ready!(this.items.poll_next(cx)) else { return Poll::Ready(Ok(())) };
        this.exit.hand(Ok(item.into_outcome()?), cx);
        Poll::Pending
    }
}

/// An item that a fallible body delegates to: a plain one, or a `Result` whose error can be converted.
pub trait IntoOutcome<T, E> {
    fn into_outcome(self) -> Result<T, E>;
}

#[diagnostic::do_not_recommend]
impl<T, E> IntoOutcome<T, E> for T {
    fn into_outcome(self) -> Result<T, E> {
        Ok(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T, E: From<F>, F> IntoOutcome<T, E> for Result<T, F> {
    fn into_outcome(self) -> Result<T, E> {
        self.map_err(E::from)
    }
}

impl<'y, T> Yielder<'y, T> {
    /// Delivers every item of `inner`, a stream or anything that can be iterated over: `yield ..inner` without the macro.
    ///
    /// ```
    /// use weftwork::{for_await, stream};
    ///
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let inner = stream(async |y| y.emit_all([1, 2]).await);
    /// let mut seen = Vec::new();
    /// for_await!(for n in stream(async |y| { y.emit_all(inner).await; y.emit(3).await; }) {
    ///     seen.push(n);
    /// });
    /// assert_eq!(seen, [1, 2, 3]);
    /// # });
    /// ```
    ///
    /// # Cancel safety
    /// That of [`emit`](Self::emit) for the item under way; those that `inner` has not given yet stay in it.
    pub fn emit_all<Way, D>(&self, inner: D) -> Forward<D::Items, Emits<'y, T>>
    where
        D: Delegate<T, Way>,
    {
        Forward { items: inner.into_items(), exit: Emits { yielder: *self, under_way: None } }
    }
}

// The first argument of what follows says what the items have to be, so that wrong ones are an error at what gives them.

/// `yield ..` on the body's own level.
#[inline]
pub fn put_all<'a, 'y, T, Way, D>(
    _: Accepts<T>,
    inner: D,
    outlet: &'a mut Outlet<'y, T>,
) -> Forward<D::Items, &'a mut Outlet<'y, T>>
where
    D: Delegate<T, Way>,
{
    Forward { items: inner.into_items(), exit: outlet }
}

/// Forwards on a fallible body's own level.
type TryToOutlet<'a, 'y, S, T, E> = TryForward<S, &'a mut Outlet<'y, Result<T, E>>, T, E>;

/// `yield ..` on a fallible body's own level.
#[inline]
pub fn put_all_ok<'a, 'y, T, E, Way, D>(
    _: Accepts<Result<T, E>>,
    inner: D,
    outlet: &'a mut Outlet<'y, Result<T, E>>,
) -> TryToOutlet<'a, 'y, D::Items, T, E>
where
    D: TryDelegate<T, E, Way>,
{
    TryForward { items: inner.into_items(), exit: outlet, result: PhantomData }
}

/// `yield ..` of an iterator.
#[inline]
pub fn put_each<'a, 'y, T, Way, I>(
    _: Accepts<T>,
    inner: I,
    outlet: &'a mut Outlet<'y, T>,
) -> Forward<I::Items, &'a mut Outlet<'y, T>>
where
    I: Iterated<T, Way>,
{
    Forward { items: inner.into_items(), exit: outlet }
}

/// `yield ..` of a fallible iterator.
#[inline]
pub fn put_each_ok<'a, 'y, T, E, Way, I>(
    _: Accepts<Result<T, E>>,
    inner: I,
    outlet: &'a mut Outlet<'y, Result<T, E>>,
) -> TryToOutlet<'a, 'y, I::Items, T, E>
where
    I: TryIterated<T, E, Way>,
{
    TryForward { items: inner.into_items(), exit: outlet, result: PhantomData }
}

/// `yield ..` of a body that lends its handle.
pub fn emit_all<'y, T, Way, D>(yielder: Yielder<'y, T>, inner: D) -> Forward<D::Items, Emits<'y, T>>
where
    D: Delegate<T, Way>,
{
    yielder.emit_all(inner)
}

/// `yield ..` of a fallible body that lends its handle.
pub fn emit_all_ok<'y, T, E, Way, D>(
    yielder: Yielder<'y, Result<T, E>>,
    inner: D,
) -> TryForward<D::Items, Emits<'y, Result<T, E>>, T, E>
where
    D: TryDelegate<T, E, Way>,
{
    TryForward { items: inner.into_items(), exit: Emits { yielder, under_way: None }, result: PhantomData }
}
