//! Streams and iterators written as bodies.

mod body;
mod core;
mod forward;
mod iter;
pub(crate) mod looped;
mod yielder;

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

pub use self::body::Fallible;
use self::body::Lending;
pub(crate) use self::body::{Direct, Start};
pub(crate) use self::core::Outlet;
pub use self::core::{Emit, Generator};
pub use self::forward::{emit_all, emit_all_ok, put_all, put_all_ok, put_each, put_each_ok};
pub use self::iter::GeneratorIter;
pub use self::yielder::Yielder;

/// A stream from an async closure that emits through a handle: `generator!` without the macro.
///
/// ```
/// use weftwork::{for_await, stream};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let mut seen = Vec::new();
/// for_await!(for n in stream(async |y| { y.emit(1).await; y.emit(2).await; }) {
///     seen.push(n);
/// });
/// assert_eq!(seen, [1, 2]);
/// # });
/// ```
pub fn stream<T, F>(body: F) -> Generator<T, Lending<F>>
where
    F: for<'y> AsyncFnOnce(Yielder<'y, T>),
    Lending<F>: for<'y> Start<'y, T>,
{
    core::generator(Lending(body))
}

/// A stream of `Result`s from an async closure that emits them and may fail: `try_generator!` without the macro.
///
/// An `Err` that the closure returns is the last item. An `Err` that it emits is one like any other.
///
/// ```
/// use std::num::ParseIntError;
///
/// use weftwork::{Yielder, for_await, try_stream};
///
/// async fn numbers(y: &Yielder<'_, Result<u8, ParseIntError>>, line: &str) -> Result<(), ParseIntError> {
///     for word in line.split(' ') {
///         y.emit(Ok(word.parse()?)).await;
///     }
///     Ok(())
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let stream = try_stream(async |y| {
///     numbers(&y, "1 2").await?;
///     numbers(&y, "3 x 4").await
/// });
/// let mut seen = Vec::new();
/// for_await!(for number in stream {
///     seen.push(number.ok());
/// });
/// assert_eq!(seen, [Some(1), Some(2), Some(3), None]);
/// # });
/// ```
pub fn try_stream<T, E, F>(body: F) -> Generator<Result<T, E>, Lending<F>>
where
    F: for<'y> AsyncFnOnce(Yielder<'y, Result<T, E>>) -> Result<(), E>,
    Lending<F>: for<'y> Start<'y, Result<T, E>>,
{
    core::generator(Lending(body))
}

/// An iterator from an async closure that emits through a handle: `generator!` over a plain block without the macro.
///
/// ```
/// use weftwork::{Yielder, iter};
///
/// struct Node(u32, Vec<Node>);
///
/// async fn walk(y: &Yielder<'_, u32>, node: &Node) {
///     y.emit(node.0).await;
///     for child in &node.1 {
///         Box::pin(walk(y, child)).await;
///     }
/// }
///
/// let tree = Node(1, vec![Node(2, vec![Node(3, vec![])]), Node(4, vec![])]);
/// let depth_first: Vec<u32> = iter(async |y| walk(&y, &tree).await).collect();
/// assert_eq!(depth_first, [1, 2, 3, 4]);
/// ```
///
/// # Panics
/// An iterator has no executor: [`next`](Iterator::next) panics if the closure waits for anything but its own
/// [`emit`](Yielder::emit)s.
pub fn iter<T, F>(body: F) -> GeneratorIter<T, Lending<F>>
where
    F: for<'y> AsyncFnOnce(Yielder<'y, T>),
    Lending<F>: for<'y> Start<'y, T>,
{
    GeneratorIter::new(stream(body))
}

/// An iterator of `Result`s from an async closure that emits them and may fail: `try_generator!` over a plain block without the
/// macro.
///
/// An `Err` that the closure returns is the last item. Else as [`iter`].
///
/// ```
/// use std::num::ParseIntError;
///
/// use weftwork::try_iter;
///
/// let numbers = try_iter(async |y| {
///     for word in "1 2 x".split(' ') {
///         y.emit(Ok(word.parse::<u8>()?)).await;
///     }
///     Ok::<_, ParseIntError>(())
/// });
/// assert!(numbers.collect::<Result<Vec<_>, _>>().is_err());
/// ```
pub fn try_iter<T, E, F>(body: F) -> GeneratorIter<Result<T, E>, Lending<F>>
where
    F: for<'y> AsyncFnOnce(Yielder<'y, Result<T, E>>) -> Result<(), E>,
    Lending<F>: for<'y> Start<'y, Result<T, E>>,
{
    GeneratorIter::new(try_stream(body))
}

/// `generator!` over a body that yields on its own level only.
pub fn direct<T, F>(body: F) -> Generator<T, Direct<F>>
where
    F: for<'y> AsyncFnOnce(Outlet<'y, T>),
    Direct<F>: for<'y> Start<'y, T>,
{
    core::generator(Direct(body))
}

/// `try_generator!` over a body that yields on its own level only.
pub fn try_direct<T, E, F>(body: F) -> Generator<Result<T, E>, Direct<F>>
where
    F: for<'y> AsyncFnOnce(Outlet<'y, Result<T, E>>) -> Result<(), E>,
    Direct<F>: for<'y> Start<'y, Result<T, E>>,
{
    core::generator(Direct(body))
}

/// `generator!` over a plain block.
pub fn direct_iter<T, F>(body: F) -> GeneratorIter<T, Direct<F>>
where
    F: for<'y> AsyncFnOnce(Outlet<'y, T>),
    Direct<F>: for<'y> Start<'y, T>,
{
    GeneratorIter::new(direct(body))
}

/// `try_generator!` over a plain block.
pub fn try_direct_iter<T, E, F>(body: F) -> GeneratorIter<Result<T, E>, Direct<F>>
where
    F: for<'y> AsyncFnOnce(Outlet<'y, Result<T, E>>) -> Result<(), E>,
    Direct<F>: for<'y> Start<'y, Result<T, E>>,
{
    GeneratorIter::new(try_direct(body))
}

/// What a body's outlet takes: names the type of an item before the item is made.
#[derive(Debug, Clone, Copy)]
pub struct Accepts<T>(PhantomData<fn(T) -> T>);

/// See `Accepts`. Whether there is room is asked here, before the item is made: so it can be made in its place.
#[inline]
pub fn accepts<T>(outlet: &Outlet<'_, T>) -> Accepts<T> {
    outlet.assert_free();
    Accepts(PhantomData)
}

/// See `Accepts`.
pub fn accepts_emitted<T>(_: Yielder<'_, T>) -> Accepts<T> {
    Accepts(PhantomData)
}

/// A `yield` on the body's own level: the item is put at once, and the body stands still until it is delivered.
#[inline]
pub fn put<T>(item: T, outlet: &Outlet<'_, T>) -> Suspend {
    outlet.assert_free();
    place(item, outlet)
}

#[inline]
fn place<T>(item: T, outlet: &Outlet<'_, T>) -> Suspend {
    outlet.put(item);
    Suspend { done: false }
}

/// A `yield` of the user's: the first argument makes a wrong item an error at the item.
#[inline]
pub fn put_as<T>(_: Accepts<T>, item: T, outlet: &Outlet<'_, T>) -> Suspend {
    place(item, outlet)
}

/// A `yield` of the fallible form.
#[inline]
pub fn put_ok<T, E>(_: Accepts<Result<T, E>>, item: T, outlet: &Outlet<'_, Result<T, E>>) -> Suspend {
    place(Ok(item), outlet)
}

/// A `yield_err!`.
#[inline]
pub fn put_err<T, E>(_: Accepts<Result<T, E>>, error: E, outlet: &Outlet<'_, Result<T, E>>) -> Suspend {
    place(Err(error), outlet)
}

/// A `yield_err!` of a body that lends its handle.
pub fn emit_err<T, E>(yielder: Yielder<'_, Result<T, E>>, error: E) -> Emit<'_, Result<T, E>> {
    yielder.emit(Err(error))
}

/// A `yield` of a fallible body that lends its handle.
pub fn emit_ok<T, E>(yielder: Yielder<'_, Result<T, E>>, item: T) -> Emit<'_, Result<T, E>> {
    yielder.emit(Ok(item))
}

/// Pending once. The whole body stands still with it, and is polled again only after the item has been delivered.
#[derive(Debug)]
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Suspend {
    done: bool,
}

impl Future for Suspend {
    type Output = ();

    #[inline]
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        // Not `replace`: that would write once more for every item.
        if self.done {
            return Poll::Ready(());
        }
        self.done = true;
        Poll::Pending
    }
}

/// The next item of a pinned stream, for `for await` and `for_await!`.
#[derive(Debug)]
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Next<'a, S: ?Sized> {
    stream: Pin<&'a mut S>,
}

/// See `Next`.
pub fn next<'a, S: Stream + ?Sized>(stream: &'a mut Pin<&mut S>) -> Next<'a, S> {
    Next { stream: stream.as_mut() }
}

impl<S: Stream + ?Sized> Future for Next<'_, S> {
    type Output = Option<S::Item>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.stream.as_mut().poll_next(cx)
    }
}
