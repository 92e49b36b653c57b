//! Traits that state a rule to the compiler, with the words it uses when the rule is broken.

use std::marker::PhantomData;

use futures_core::Stream;

use crate::policy::timeout::Elapsed;

/// A function's result that can say that time ran out.
///
/// `#[timeout]` asks this of the return type, so any type may take part; every `Result` whose error is made from
/// [`Elapsed`] does already.
///
/// ```
/// use weftwork::{Elapsed, FromElapsed, timeout};
///
/// #[derive(Debug, PartialEq)]
/// enum Answer { Of(u32), Late }
///
/// impl FromElapsed for Answer {
///     fn from_elapsed(_: Elapsed) -> Self { Answer::Late }
/// }
///
/// #[timeout(10ms)]
/// async fn ask() -> Answer { std::future::pending().await }
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(async {
/// assert_eq!(ask().await, Answer::Late);
/// # });
/// ```
#[diagnostic::on_unimplemented(
    message = "`#[timeout]` can not turn its expiry into `{Self}`",
    label = "has no place for `Elapsed`",
    note = "return a `Result` whose error implements `From<weftwork::Elapsed>`, or write `or = ..` for a value in its place"
)]
pub trait FromElapsed {
    /// The result that says so.
    fn from_elapsed(elapsed: Elapsed) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T, E: From<Elapsed>> FromElapsed for Result<T, E> {
    fn from_elapsed(elapsed: Elapsed) -> Self {
        Err(elapsed.into())
    }
}

/// What `for await` and `for_await!` go through: every [`Stream`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a `Stream`",
    label = "not a `Stream`",
    note = "an iterator needs no `await`: use a plain `for` loop"
)]
pub trait AsyncIterable<Way = Itself> {
    /// The stream itself.
    type Stream: Stream;
    #[doc(hidden)]
    fn into_stream(self) -> Self::Stream;
}

/// A stream is gone through by itself.
#[derive(Debug)]
pub enum Itself {}

#[diagnostic::do_not_recommend]
impl<S: Stream> AsyncIterable<Itself> for S {
    type Stream = S;
    fn into_stream(self) -> S {
        self
    }
}

/// What nothing is. With a second way to choose from, rustc tries the bounds of both before it takes one; with one alone it would
/// take that, and report its bound again at every use of the stream.
trait Nothing {
    type Stream: Stream;
    fn into_stream(self) -> Self::Stream;
}

#[derive(Debug)]
enum NoWay {}

#[diagnostic::do_not_recommend]
impl<S: Nothing> AsyncIterable<NoWay> for S {
    type Stream = S::Stream;
    fn into_stream(self) -> Self::Stream {
        Nothing::into_stream(self)
    }
}

/// The stream in the header of a `for await`.
pub fn async_iterable<Way, S: AsyncIterable<Way>>(stream: S) -> S::Stream {
    stream.into_stream()
}

/// A function's result that can say that its transaction failed.
///
/// `#[transactional]` and `savepoint!` ask this of the result: every `Result` whose error is made from
/// [`TxError`](crate::TxError) is one.
#[diagnostic::on_unimplemented(
    message = "a failed transaction can not be turned into `{Self}`",
    label = "has no place for `TxError`",
    note = "`#[transactional]` and `savepoint!` need a `Result` whose error implements `From<weftwork::TxError>`"
)]
pub trait FromTxError: Sized {
    /// The result that says so.
    fn from_tx_error(error: crate::TxError) -> Self;
    /// Whether the transaction is to be committed.
    fn is_ok(&self) -> bool;
    #[doc(hidden)]
    fn ending() -> Ending<Self> {
        Ending { from_tx_error: Self::from_tx_error, is_ok: Self::is_ok }
    }
}

#[diagnostic::do_not_recommend]
impl<T, E: From<crate::TxError>> FromTxError for Result<T, E> {
    fn from_tx_error(error: crate::TxError) -> Self {
        Err(error.into())
    }

    fn is_ok(&self) -> bool {
        Result::is_ok(self)
    }
}

/// [`FromTxError`] as values. With them an expansion states the bound once, so that breaking it is one error.
#[derive(Debug)]
pub struct Ending<R> {
    from_tx_error: fn(crate::TxError) -> R,
    is_ok: fn(&R) -> bool,
}

impl<R> Ending<R> {
    /// The result of a transaction that failed.
    pub fn failed(&self, error: crate::TxError) -> R {
        (self.from_tx_error)(error)
    }

    pub(crate) fn is_ok(&self, result: &R) -> bool {
        (self.is_ok)(result)
    }
}

/// The same where the result's type is inferred.
pub fn ending<R: FromTxError>() -> Ending<R> {
    R::ending()
}

/// A function's result that `#[retry]` and `#[fallback]` can look into: every `Result`.
#[diagnostic::on_unimplemented(
    message = "`#[retry]` and `#[fallback]` act on the error of a `Result`, and `{Self}` is none",
    label = "has no error",
    note = "return a `Result`"
)]
pub trait HasError {
    /// What it is when all went well.
    type Value;
    /// What it is when not.
    type Error;
    /// That this was found out.
    type Proof;
    #[doc(hidden)]
    const PROOF: Self::Proof;
    #[doc(hidden)]
    fn into_result(self) -> Result<Self::Value, Self::Error>;
}

#[diagnostic::do_not_recommend]
impl<T, E> HasError for Result<T, E> {
    type Value = T;
    type Error = E;
    type Proof = Proven<Self>;
    const PROOF: Proven<Self> = Proven(PhantomData);
    fn into_result(self) -> Self {
        self
    }
}

/// That this type has an error.
#[derive(Debug)]
pub struct Proven<R>(PhantomData<fn() -> R>);

impl<R> Clone for Proven<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Proven<R> {}

/// What `#[retry]` looks at. The type was looked at before: where `Proof` has failed, rustc has said so, and says nothing more of
/// this.
pub trait Outcome<Proof> {
    /// What it is when it has failed.
    type Error;
    #[doc(hidden)]
    fn error(&self) -> Option<&Self::Error>;
}

#[diagnostic::do_not_recommend]
impl<T, E> Outcome<Proven<Self>> for Result<T, E> {
    type Error = E;
    #[inline]
    fn error(&self) -> Option<&E> {
        self.as_ref().err()
    }
}

/// What a failed proof is taken for: then anything will do, with any error.
#[derive(Debug)]
pub struct Unproven<E>(PhantomData<fn() -> E>);

#[diagnostic::do_not_recommend]
impl<R, E> Outcome<Unproven<E>> for R {
    type Error = E;
    fn error(&self) -> Option<&E> {
        None
    }
}

/// Where nothing has to be proven.
#[diagnostic::do_not_recommend]
impl<T, E> Outcome<()> for Result<T, E> {
    type Error = E;
    #[inline]
    fn error(&self) -> Option<&E> {
        self.as_ref().err()
    }
}

/// What a `#[blocking]` function takes and returns.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can not move to the thread of a `#[blocking]` function",
    label = "can not be sent to another thread",
    note = "the body runs on another thread: what it takes and returns has to be `Send + 'static`"
)]
pub trait Movable {
    /// That this was found out.
    type Proof;
    #[doc(hidden)]
    const PROOF: Self::Proof;
}

#[diagnostic::do_not_recommend]
impl<T: Send + 'static> Movable for T {
    type Proof = ();
    const PROOF: () = ();
}

/// Work for another thread. Its arguments and its result were looked at before: where `Proof` has failed, rustc has said so, and says
/// nothing more of this.
pub trait Work<Proof>: Send + 'static {
    /// What it gives.
    type Output: Send + 'static;
    #[doc(hidden)]
    fn run(self) -> Self::Output;
}

#[diagnostic::do_not_recommend]
impl<Proof, W, T> Work<Proof> for W
where
    W: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    type Output = T;
    fn run(self) -> T {
        self()
    }
}
