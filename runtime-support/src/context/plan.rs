//! A context that is not entered yet.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::frame::{Abandon, hand_over};
use super::lender::{Lender, Slot};
use crate::report::text_of;
use crate::scope::name_of;

/// The body of a context: it sets up, lends, and cleans up.
pub(super) type Body<'a, E> = Pin<Box<dyn Future<Output = Result<(), E>> + Send + 'a>>;

/// What is needed to enter a context.
pub struct Plan<'a, T, E> {
    pub(super) open: Open<'a, T, E>,
    pub(super) name: Cow<'static, str>,
    pub(super) made_at: &'static Location<'static>,
    pub(super) grace: Option<Duration>,
    pub(super) is_shielded: bool,
    /// The text of an error that nobody gets.
    pub(super) describe: fn(&E) -> String,
}

/// A context while something of it is left to do.
pub(super) struct Open<'a, T, E> {
    pub(super) body: Body<'a, E>,
    pub(super) slot: Arc<Slot<T>>,
    /// What becomes of it where its `with!` is dropped; without it, it is dropped as well.
    pub(super) abandon: Option<Abandon<'a, T, E>>,
}

impl<'a, T, E: fmt::Debug + 'a> Plan<'a, T, E> {
    #[track_caller]
    fn new<B>(slot: Arc<Slot<T>>, body: B, abandon: Option<Abandon<'a, T, E>>) -> Self
    where
        B: Future<Output: Closing<E>> + Send + 'a,
    {
        Self {
            open: Open { body: Box::pin(async move { body.await.closing() }), slot, abandon },
            name: name_of::<B>(),
            made_at: Location::caller(),
            grace: None,
            is_shielded: false,
            describe: text_of,
        }
    }
}

/// Something to be used for a while, and its clean-up, which may await and runs on every way out.
///
/// Made by [`context!`](macro@crate::context) and [`context`](fn@crate::context), used by [`with!`](macro@crate::with). `T` is what
/// the body of the `with!` gets by `&mut`, `E` what setting up and cleaning up may fail with.
///
/// Nothing runs before it is entered. A context is used once: a function that makes it is called again for the next use.
///
/// When the future of its `with!` is dropped, the clean-up goes on as a task. See [`with!`](macro@crate::with) for who waits for it.
#[must_use = "a context does nothing unless it is entered by `with!`"]
pub struct Context<T, E = Infallible>(pub(super) Plan<'static, T, E>);

/// A [`Context`] that borrows. **Its clean-up does not run when the future of its `with!` is dropped**: nothing that borrows can
/// outlive that future, so there the value is only dropped. After `Ok`, `Err` and a panic it runs as that of any context.
///
/// [`context!`](macro@crate::context) makes one where the function around it returns one, and so does
/// [`local_context`](crate::local_context).
///
/// ```
/// use weftwork::{LocalContext, context, with};
///
/// struct Pool { free: tokio::sync::Mutex<Vec<u32>> }
///
/// impl Pool {
///     fn connection(&self) -> LocalContext<'_, u32> {
///         context!(async {
///             let number = self.free.lock().await.pop().unwrap_or(0);
///             let (number, _) = yield number;
///             self.free.lock().await.push(number);
///         })
///     }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let pool = Pool { free: vec![7].into() };
/// assert_eq!(with!(number = pool.connection(), { *number }).await, 7);
/// assert_eq!(*pool.free.lock().await, [7]);
/// # });
/// ```
#[must_use = "a context does nothing unless it is entered by `with!`"]
pub struct LocalContext<'a, T, E = Infallible>(pub(super) Plan<'a, T, E>);

impl<T, E> Context<T, E> {
    /// Gives it the name under which its clean-up is reported and listed. Without one that is the function that made it.
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.0.name = name.into();
        self
    }

    /// Sets how long its clean-up is waited for: by its own `with!` too, and also by the contexts around it. What takes longer goes on
    /// as a task, is reported, and [`drain`](crate::drain) still waits for it. Zero means that nobody waits. The period begins with the
    /// clean-up itself: not while that waits for those of contexts within its own.
    ///
    /// Without this its `with!` and the contexts around it wait to the end, and a construct that gives it up waits for the
    /// period of [`with_grace`](crate::with_grace).
    ///
    /// # Panics
    /// The `with!` panics when it waits on a runtime without time.
    pub fn grace(mut self, period: Duration) -> Self {
        self.0.grace = Some(period);
        self
    }

    /// Lets a set-up that has begun come to its end, even if the future of its `with!` is dropped: then its clean-up follows at
    /// once, told [`Cancelled`](super::Exit::Cancelled). For set-ups that must not be cut in half, such as taking a lease.
    ///
    /// Without this a set-up that is dropped stops where it stands, and no clean-up runs.
    pub fn shielded(mut self) -> Self {
        self.0.is_shielded = true;
        self
    }

    /// Changes the type of its errors.
    ///
    /// ```
    /// use weftwork::{Context, context};
    ///
    /// #[derive(Debug)]
    /// enum AppError { Io(std::io::Error) }
    ///
    /// fn file() -> Context<u8, std::io::Error> {
    ///     context!(async {
    ///         let (_, _) = yield 1;
    ///         Ok(())
    ///     })
    /// }
    ///
    /// let of_app: Context<u8, AppError> = file().map_err(AppError::Io);
    /// # drop(of_app);
    /// ```
    pub fn map_err<A, F>(self, change: F) -> Context<T, A>
    where
        T: Send + 'static,
        E: 'static,
        A: fmt::Debug + 'static,
        F: FnOnce(E) -> A + Send + 'static,
    {
        let Plan { open: Open { body, slot, .. }, name, made_at, grace, is_shielded, .. } = self.0;
        let body = Box::pin(async move { body.await.map_err(change) });
        let open = Open { body, slot, abandon: Some(hand_over) };
        Context(Plan { open, name, made_at, grace, is_shielded, describe: text_of })
    }
}

impl<T: Send + 'static> Context<T> {
    /// The same as a context that could fail, for an [`ExitStack`](crate::ExitStack) and [`with`](fn@crate::with), which ask for the
    /// body's type of errors.
    ///
    /// ```
    /// use weftwork::{Context, ExitStack, context, with};
    ///
    /// fn scratch() -> Context<String> {
    ///     context!(async {
    ///         yield String::new();
    ///     })
    /// }
    ///
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let length = with!(stack = ExitStack::new(), async || -> Result<usize, std::io::Error> {
    ///     let text = stack.enter(scratch().with_error::<std::io::Error>()).await?;
    ///     Ok(text.len())
    /// });
    /// assert_eq!(length.await.unwrap(), 0);
    /// # });
    /// ```
    pub fn with_error<E: fmt::Debug + 'static>(self) -> Context<T, E> {
        self.map_err(|never: Infallible| match never {})
    }
}

impl<T, E> LocalContext<'_, T, E> {
    /// Gives it the name under which its clean-up is reported. Without one that is the function that made it.
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.0.name = name.into();
        self
    }
}

/// A context from a closure that sets up, lends and cleans up: [`context!`](macro@crate::context) without the macro.
///
/// ```
/// use weftwork::{Context, context, with};
///
/// fn connection(name: String) -> Context<String> {
///     context(async move |lender| {
///         let (name, exit) = lender.lend(name).await;
///         println!("{name}: {exit:?}");
///     })
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// assert_eq!(with!(name = connection("db".into()), { name.len() }).await, 2);
/// # });
/// ```
///
/// # Panics
/// Entering panics if the future ends well without having lent.
#[track_caller]
pub fn context<T, E, F, B>(body: F) -> Context<T, E>
where
    T: Send + 'static,
    E: fmt::Debug + 'static,
    F: FnOnce(Lender<T>) -> B,
    B: Future<Output: Closing<E>> + Send + 'static,
{
    let slot = Slot::new();
    let body = body(Lender::new(&slot));
    Context(Plan::new(slot, body, Some(hand_over)))
}

/// The same for a closure that borrows: see [`LocalContext`].
///
/// # Panics
/// Entering panics if the future ends well without having lent.
#[track_caller]
pub fn local_context<'a, T, E, F, B>(body: F) -> LocalContext<'a, T, E>
where
    T: Send,
    E: fmt::Debug + 'a,
    F: FnOnce(Lender<T>) -> B,
    B: Future<Output: Closing<E>> + Send + 'a,
{
    let slot = Slot::new();
    let body = body(Lender::new(&slot));
    LocalContext(Plan::new(slot, body, None))
}

/// What `context!` can be: a [`Context`] or a [`LocalContext`], as the function around it says.
///
/// What it asks of the body stands with [`made`]: there rustc says which part of it is missing.
#[diagnostic::on_unimplemented(
    message = "this `context!` lends `{T}` and fails with `{E}`, and it has to be `{Self}`",
    label = "lends `{T}`, fails with `{E}`",
    note = "it makes a `weftwork::Context<T, E>` or a `LocalContext<'_, T, E>`, with `T` what is lent and `E` the error",
    note = "a context that can not fail ends with nothing, any other one with `Ok(())` or an `Err`"
)]
pub trait FromBody<'a, T, E>: Sized {
    #[doc(hidden)]
    #[track_caller]
    fn from_body<B>(lends: Lends<T>, body: B) -> Self
    where
        T: Send + 'a,
        E: fmt::Debug + 'a,
        B: Future<Output: Closing<E>> + Send + 'a;
}

#[diagnostic::do_not_recommend]
impl<T, E> FromBody<'static, T, E> for Context<T, E> {
    fn from_body<B>(Lends(slot): Lends<T>, body: B) -> Self
    where
        T: Send + 'static,
        E: fmt::Debug + 'static,
        B: Future<Output: Closing<E>> + Send + 'static,
    {
        Self(Plan::new(slot, body, Some(hand_over)))
    }
}

#[diagnostic::do_not_recommend]
impl<'a, T, E> FromBody<'a, T, E> for LocalContext<'a, T, E> {
    fn from_body<B>(Lends(slot): Lends<T>, body: B) -> Self
    where
        T: Send + 'a,
        E: fmt::Debug + 'a,
        B: Future<Output: Closing<E>> + Send + 'a,
    {
        Self(Plan::new(slot, body, None))
    }
}

/// The context's side of a [`Lender`].
pub struct Lends<T>(Arc<Slot<T>>);

/// For a body that is about to be written.
pub fn lender<T>() -> (Lender<T>, Lends<T>) {
    let slot = Slot::new();
    (Lender::new(&slot), Lends(slot))
}

/// `context!`.
#[track_caller]
pub fn made<'a, C, T, E, B>(lends: Lends<T>, body: B) -> C
where
    C: FromBody<'a, T, E>,
    T: Send + 'a,
    E: fmt::Debug + 'a,
    B: Future<Output: Closing<E>> + Send + 'a,
{
    C::from_body(lends, body)
}

/// What the body of a context ends with: nothing, where it can not fail, or a `Result`.
#[diagnostic::on_unimplemented(
    message = "a context ends with nothing, or with a `Result<(), E>`, and this one ends with `{Self}`",
    label = "ends with `{Self}`",
    note = "a context that can not fail ends with nothing, any other one with `Ok(())` or an `Err`"
)]
pub trait Closing<E> {
    #[doc(hidden)]
    fn closing(self) -> Result<(), E>;
}

#[diagnostic::do_not_recommend]
impl Closing<Infallible> for () {
    fn closing(self) -> Result<(), Infallible> {
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl<E> Closing<E> for Result<(), E> {
    fn closing(self) -> Self {
        self
    }
}

impl<T> fmt::Debug for Lends<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lends").finish_non_exhaustive()
    }
}

impl<T, E> fmt::Debug for Context<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("name", &self.0.name).finish_non_exhaustive()
    }
}

impl<T, E> fmt::Debug for LocalContext<'_, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalContext").field("name", &self.0.name).finish_non_exhaustive()
    }
}
