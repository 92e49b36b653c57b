//! Contexts that are types of their own.

use std::fmt;
use std::future::Future;

use super::lender::{Exit, Lender};
use super::plan::{Context, LocalContext, Plan, context};

/// A context as a type: what [`with!`](macro@crate::with) takes beside a [`Context`].
///
/// It behaves as the function form does in every respect. `enter` sets up, and what it gives is lent to the body. `exit` gets that
/// back, on every way out, with how the body ended, and cleans up. If `enter` fails or is dropped, `exit` does not run.
///
/// ```
/// use weftwork::{AsyncContext, Exit, with};
///
/// struct DatabaseSession { url: String }
///
/// impl AsyncContext for DatabaseSession {
///     type Value = Vec<String>;
///     type Error = std::io::Error;
///
///     async fn enter(&mut self) -> Result<Vec<String>, std::io::Error> {
///         Ok(vec![format!("connect {}", self.url)])
///     }
///
///     async fn exit(self, mut statements: Vec<String>, exit: Exit) -> Result<(), std::io::Error> {
///         statements.push(if exit.is_ok() { "commit" } else { "rollback" }.into());
///         Ok(())
///     }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let session = DatabaseSession { url: "db://localhost".into() };
/// let count = with!(statements = session, async || -> Result<usize, std::io::Error> {
///     statements.push("insert".into());
///     Ok(statements.len())
/// })
/// .await?;
/// assert_eq!(count, 2);
/// # std::io::Result::Ok(())
/// # }).unwrap();
/// ```
pub trait AsyncContext: Send + Sized + 'static {
    /// What the body gets by `&mut`.
    type Value: Send + 'static;
    /// What setting up and cleaning up fail with; [`Infallible`](std::convert::Infallible) if they can not.
    type Error: fmt::Debug + Send + 'static;

    /// Sets up. May be written as an `async fn`.
    ///
    /// # Errors
    /// Ends the `with!` with it, before its body runs.
    fn enter(&mut self) -> impl Future<Output = Result<Self::Value, Self::Error>> + Send;

    /// Cleans up. May be written as an `async fn`.
    ///
    /// # Errors
    /// The error is that of the `with!`, unless its body has failed already: then it is reported.
    fn exit(self, value: Self::Value, exit: Exit) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// The same as a [`Context`], which can be given a name, a grace period of its own and a shielded set-up.
    fn into_context(mut self) -> Context<Self::Value, Self::Error> {
        let body = async move |lender: Lender<Self::Value>| {
            let value = self.enter().await?;
            let (value, exit) = lender.lend(value).await;
            self.exit(value, exit).await
        };
        context(body).named(std::any::type_name::<Self>())
    }
}

/// What `with!` takes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a context",
    label = "not a context",
    note = "`with!` takes a `weftwork::Context`, as functions with `context!` give it, or a type that implements `weftwork::AsyncContext`"
)]
pub trait Contextual<'a> {
    /// What it lends.
    type Value;
    /// What it fails with.
    type Error;
    #[doc(hidden)]
    fn plan(self) -> Plan<'a, Self::Value, Self::Error>;
}

#[diagnostic::do_not_recommend]
impl<T, E> Contextual<'static> for Context<T, E> {
    type Value = T;
    type Error = E;

    fn plan(self) -> Plan<'static, T, E> {
        self.0
    }
}

#[diagnostic::do_not_recommend]
impl<'a, T, E> Contextual<'a> for LocalContext<'a, T, E> {
    type Value = T;
    type Error = E;

    fn plan(self) -> Plan<'a, T, E> {
        self.0
    }
}

#[diagnostic::do_not_recommend]
impl<C: AsyncContext> Contextual<'static> for C {
    type Value = C::Value;
    type Error = C::Error;

    fn plan(self) -> Plan<'static, C::Value, C::Error> {
        self.into_context().0
    }
}

/// The context of a `with!`.
///
/// Its types stand for themselves: of what is no context rustc would look for those once more, and complain again.
pub fn plan<'a, C, T, E>(context: C) -> Plan<'a, T, E>
where
    C: Contextual<'a, Value = T, Error = E>,
{
    context.plan()
}
