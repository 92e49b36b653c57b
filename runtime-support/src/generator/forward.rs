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
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no items of type `{T}`",
    label = "neither a `Stream` nor an iterator of `{T}`",
    note = "`yield ..inner` delivers the items of another stream or iterator; a range as a value is written `yield (..end)`"
)]
pub trait Feeds<Way, T> {
    #[doc(hidden)]
    type Items: Stream<Item = T>;
    #[doc(hidden)]
    fn into_items(self) -> Self::Items;
}

/// How a type is gone through; inferred in streams, as hardly any type is a stream and an iterator at once.
#[derive(Debug)]
pub enum AsStream {}

/// See `AsStream`.
#[derive(Debug)]
pub enum AsIterator {}

/// The way of iterators, and no parameter of theirs: with one way to choose from, rustc would choose it and report what follows
/// from that.
#[diagnostic::on_unimplemented(
    message = "an iterator delegates to iterators, and this is a `Stream`",
    label = "can not wait for a `Stream`",
    note = "for a stream write `async` in front, as in `async move {{ .. }}` or `async fn`"
)]
pub trait Waitless {}

impl Waitless for AsIterator {}

impl<T, S: Stream<Item = T>> Feeds<AsStream, T> for S {
    type Items = S;

    fn into_items(self) -> S {
        self
    }
}

impl<T, I: IntoIterator<Item = T>> Feeds<AsIterator, T> for I {
    type Items = Each<I::IntoIter>;

    fn into_items(self) -> Each<I::IntoIter> {
        Each(self.into_iter())
    }
}

/// What `yield ..` goes through in a fallible body: items to be delivered as `Ok`, or `Result`s, the first error of which goes
/// through a `?`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no items for a `try_generator!` of `Result<{T}, {E}>`",
    label = "neither a `Stream` nor an iterator of `{T}` or of `Result<{T}, _>`",
    note = "`yield ..inner` delivers the items of another stream or iterator; a range as a value is written `yield (..end)`"
)]
pub trait TryFeeds<Way, Kind, T, E> {
    type Error;
    type Results: Stream<Item = Result<T, Self::Error>>;
    fn into_results(self) -> Self::Results;
}

/// Items that are good ones; inferred, as no type is a `Result` of itself.
#[derive(Debug)]
pub enum Values {}

/// Items that are `Result`s with errors of type `F`.
#[derive(Debug)]
pub struct Outcomes<F>(PhantomData<fn() -> F>);

impl<Way, T, E, D: Feeds<Way, T>> TryFeeds<Way, Values, T, E> for D {
    type Error = E;
    type Results = Good<D::Items, E>;

    fn into_results(self) -> Self::Results {
        Good { items: self.into_items(), error: PhantomData }
    }
}

impl<Way, T, E, F, D: Feeds<Way, Result<T, F>>> TryFeeds<Way, Outcomes<F>, T, E> for D {
    type Error = F;
    type Results = D::Items;

    fn into_results(self) -> D::Items {
        self.into_items()
    }
}

pin_project! {
    /// Items as `Result`s.
    #[derive(Debug)]
    pub struct Good<S, E> {
        #[pin]
        items: S,
        error: PhantomData<fn() -> E>,
    }
}

impl<S: Stream, E> Stream for Good<S, E> {
    type Item = Result<S::Item, E>;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.project().items.poll_next(cx).map(|item| item.map(Ok))
    }
}

/// An iterator as a stream that is always ready.
#[derive(Debug)]
pub struct Each<I>(I);

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
    /// The same in a fallible body with errors of type `E`: the first `Err` is the result, and is converted by the `?` behind this.
    #[derive(Debug)]
    #[must_use = "nothing is delivered unless the future is awaited"]
    pub struct TryForward<S, X, E> {
        #[pin]
        results: S,
        #[pin]
        exit: X,
        error: PhantomData<fn() -> E>,
    }
}

impl<S, X, T, F, E> Future for TryForward<S, X, E>
where
    S: Stream<Item = Result<T, F>>,
    X: Exit<Result<T, E>>,
{
    type Output = Result<(), F>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), F>> {
        let mut this = self.project();
        ready!(this.exit.as_mut().poll_free(cx));
        let Some(item) = ready!(this.results.poll_next(cx)) else { return Poll::Ready(Ok(())) };
        this.exit.hand(Ok(item?), cx);
        Poll::Pending
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
        D: Feeds<Way, T>,
    {
        Forward { items: inner.into_items(), exit: Emits { yielder: *self, under_way: None } }
    }
}

/// `yield ..` on the body's own level. The first argument says what the items have to be.
#[inline]
pub fn put_all<'a, 'y, T, Way, D: Feeds<Way, T>>(
    _: Accepts<T>,
    inner: D,
    outlet: &'a mut Outlet<'y, T>,
) -> Forward<D::Items, &'a mut Outlet<'y, T>> {
    Forward { items: inner.into_items(), exit: outlet }
}

/// `yield ..` on a fallible body's own level.
#[inline]
pub fn put_all_ok<'a, 'y, T, E, Way, Kind, D: TryFeeds<Way, Kind, T, E>>(
    _: Accepts<Result<T, E>>,
    inner: D,
    outlet: &'a mut Outlet<'y, Result<T, E>>,
) -> TryForward<D::Results, &'a mut Outlet<'y, Result<T, E>>, E> {
    TryForward { results: inner.into_results(), exit: outlet, error: PhantomData }
}

/// `yield ..` of an iterator.
#[inline]
pub fn put_each<'a, 'y, T, Way: Waitless, D: Feeds<Way, T>>(
    accepts: Accepts<T>,
    inner: D,
    outlet: &'a mut Outlet<'y, T>,
) -> Forward<D::Items, &'a mut Outlet<'y, T>> {
    put_all(accepts, inner, outlet)
}

/// `yield ..` of a fallible iterator.
#[inline]
pub fn put_each_ok<'a, 'y, T, E, Way: Waitless, Kind, D: TryFeeds<Way, Kind, T, E>>(
    accepts: Accepts<Result<T, E>>,
    inner: D,
    outlet: &'a mut Outlet<'y, Result<T, E>>,
) -> TryForward<D::Results, &'a mut Outlet<'y, Result<T, E>>, E> {
    put_all_ok(accepts, inner, outlet)
}

/// `yield ..` of a body that lends its handle.
pub fn emit_all<'y, T, Way, D: Feeds<Way, T>>(
    _: Accepts<T>,
    inner: D,
    yielder: Yielder<'y, T>,
) -> Forward<D::Items, Emits<'y, T>> {
    Forward { items: inner.into_items(), exit: Emits { yielder, under_way: None } }
}

/// `yield ..` of a fallible body that lends its handle.
pub fn emit_all_ok<'y, T, E, Way, Kind, D: TryFeeds<Way, Kind, T, E>>(
    _: Accepts<Result<T, E>>,
    inner: D,
    yielder: Yielder<'y, Result<T, E>>,
) -> TryForward<D::Results, Emits<'y, Result<T, E>>, E> {
    TryForward { results: inner.into_results(), exit: Emits { yielder, under_way: None }, error: PhantomData }
}
