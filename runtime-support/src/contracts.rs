//! Traits that state a rule to the compiler, with the words it uses when the rule is broken.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use crate::policy::blocking::Blocking;
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
/// [`TxError`](crate::TxError) is one. Other types may be, too:
///
/// ```
/// # #[cfg(all(feature = "sqlite", feature = "macros"))]
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use weftwork::{Begin, FromTxError, TxError, transactional};
///
/// struct Response { status: u16 }
///
/// impl FromTxError for Response {
///     fn from_tx_error(_: TxError) -> Self { Response { status: 503 } }
///     fn is_ok(&self) -> bool { self.status < 400 }
/// }
///
/// #[transactional(tx)]
/// async fn handle(tx: impl Begin<sqlx::Sqlite>) -> Response {
///     match sqlx::query("INSERT INTO visit VALUES (1)").execute(&mut tx).await {
///         Ok(_) => Response { status: 204 },
///         Err(_) => Response { status: 500 }, // rolled back
///     }
/// }
/// # let pool = sqlx::sqlite::SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
/// assert_eq!(handle(&pool).await.status, 500); // there is no table `visit`
/// # });
/// ```
#[diagnostic::on_unimplemented(
    message = "a failed transaction can not be turned into `{Self}`",
    label = "has no place for `TxError`",
    note = "`#[transactional]` and `savepoint!` need a `Result` whose error implements `From<weftwork::TxError>`"
)]
pub trait FromTxError: Sized {
    /// The result that says so. Where a body's own result was to be committed and could not be, it takes the place of that.
    fn from_tx_error(error: crate::TxError) -> Self;
    /// Whether the transaction is to be committed with it. Asked when the body is over, and perhaps again; the answer stays the same.
    fn is_ok(&self) -> bool;
    #[doc(hidden)]
    fn ending() -> Ending<Self> {
        Ending { from_tx_error: Self::from_tx_error, is_ok: Self::is_ok, text: |_| None }
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
    text: fn(&R) -> Option<String>,
}

// Of every result, and not only where that can be copied.
impl<R> Clone for Ending<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Ending<R> {}

impl<R> Ending<R> {
    /// The result of a transaction that failed.
    pub fn failed(&self, error: crate::TxError) -> R {
        (self.from_tx_error)(error)
    }

    pub(crate) fn is_ok(&self, result: &R) -> bool {
        (self.is_ok)(result)
    }

    /// Knows what the error of a result says.
    #[must_use]
    pub fn telling(self, text: fn(&R) -> Option<String>) -> Self {
        Self { text, ..self }
    }

    /// What it says, if that is known.
    pub(crate) fn text(&self, result: &R) -> Option<String> {
        (self.text)(result)
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
    /// Looks into it.
    type Look;
    #[doc(hidden)]
    const LOOK: Self::Look;
}

#[diagnostic::do_not_recommend]
impl<T, E> HasError for Result<T, E> {
    type Look = Look<T, E>;
    const LOOK: Look<T, E> = Look(PhantomData);
}

/// Knows that something is a `Result`. Expansions have one for all their layers: so what is none is one error.
#[derive(Debug)]
pub struct Look<T, E>(PhantomData<fn() -> (T, E)>);

// Of every type, and not only where both can be copied: several layers of one stack have it.
impl<T, E> Clone for Look<T, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, E> Copy for Look<T, E> {}

impl<T, E> Look<T, E> {
    /// The same as a `Result`.
    #[inline]
    pub fn at(self, result: Result<T, E>) -> Result<T, E> {
        result
    }

    /// The result of the function again. Of what is no `Result` rustc knows no type here, and says nothing more.
    #[inline]
    pub fn back(self, result: Result<T, E>) -> Result<T, E> {
        result
    }
}

/// What `#[retry]` looks at. The type was looked at before: where `Proof` has failed, rustc has said so, and says nothing more of
/// this.
pub trait Outcome<Proof> {
    /// What it is when it has failed.
    type Error;
    #[doc(hidden)]
    fn error(&self) -> Option<&Self::Error>;
}

#[diagnostic::do_not_recommend]
impl<T, E> Outcome<Look<T, E>> for Result<T, E> {
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
    label = "is not `Send + 'static`",
    note = "the body runs on another thread: what it takes and returns has to be `Send + 'static`"
)]
pub trait Movable<Way = Itself> {
    /// That this was found out.
    type Proof;
    #[doc(hidden)]
    const PROOF: Self::Proof;
}

#[diagnostic::do_not_recommend]
impl<T: Send + 'static> Movable<Itself> for T {
    type Proof = ();
    const PROOF: () = ();
}

/// The second way to choose from, for the same reason as with [`AsyncIterable`].
#[diagnostic::do_not_recommend]
impl<T: Nothing> Movable<NoWay> for T {
    type Proof = ();
    const PROOF: () = ();
}

/// Work for another thread. Its arguments and its result were looked at before. Where `Proof` or `ResultProof` has failed, rustc has said
/// so, and says nothing more of this: of the two ways that no function takes it can not tell which one was meant.
#[diagnostic::on_unimplemented(
    message = "the body of this `#[blocking]` function can not move to another thread",
    label = "takes or returns something that is not `Send + 'static`",
    note = "the body runs on another thread: what it takes and returns has to be `Send + 'static`"
)]
pub trait Work<Proof, ResultProof, T>: Sized {
    #[doc(hidden)]
    fn job(self) -> Job<Self, T>;
}

/// Work with what makes it a future: who holds this asks nothing more of its types.
#[derive(Debug)]
pub struct Job<W, T> {
    pub(crate) work: W,
    pub(crate) poll: Poller<W, T>,
}

/// How the future of such work is polled.
pub(crate) type Poller<W, T> = fn(Pin<&mut Blocking<W, T>>, &mut Context<'_>) -> Poll<T>;

#[diagnostic::do_not_recommend]
impl<Proof, W, T> Work<Proof, (), T> for W
where
    W: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    fn job(self) -> Job<Self, T> {
        Job { work: self, poll: Blocking::poll }
    }
}

#[diagnostic::do_not_recommend]
impl<Proof, W: Send + 'static, T> Work<Proof, NoWay, T> for W {
    fn job(self) -> Job<Self, T> {
        unreachable!("no result has this proof")
    }
}

#[diagnostic::do_not_recommend]
impl<Proof, W: Send + 'static, T> Work<Proof, Itself, T> for W {
    fn job(self) -> Job<Self, T> {
        unreachable!("no result has this proof")
    }
}
