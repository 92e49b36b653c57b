//! The handle that the body of a transaction works on.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::sync::Arc;

use super::database::Database;
use super::error::TxError;
use super::hooks::TxOutcome;
use super::session::Session;
use crate::task::Told;

/// An open transaction, inside a `#[transactional]` function.
///
/// `&mut tx` is what queries run on (for sqlx: its `Executor`) and what helpers take, as `tx: &mut Tx<Sqlite>`. Handed to another
/// `#[transactional]` function it makes that one join. The body itself has a [`TxMut`], which goes for a `Tx`.
///
/// # Errors
/// A statement's own error is the driver's. Where the transaction can not go on, the statement is not sent, and the [`TxError`] that says
/// why is inside of an `sqlx::Error::Io`.
///
/// # Cancel safety
/// A statement whose future is dropped is waited for before the next one runs. What it did counts; what it failed with is the error of
/// the next one, where the database then refuses that.
pub struct Tx<Db: Database> {
    /// `None` while it is lent to a joined call or a savepoint.
    session: Option<Box<Session<Db>>>,
}

/// What `tx` is in the body of a `#[transactional]` function and in the block of a `savepoint!`: a [`Tx`] that can not be taken
/// away.
///
/// It is used as the `Tx` itself: `&mut tx` wherever a `&mut Tx` is asked for. Moved into a task, returned or kept, it is a borrow
/// error.
pub struct TxMut<'t, Db: Database>(&'t mut Tx<Db>);

/// Lends the transaction to a body.
pub fn lend<Db: Database>(tx: &mut Tx<Db>) -> TxMut<'_, Db> {
    TxMut(tx)
}

impl<Db: Database> Deref for TxMut<'_, Db> {
    type Target = Tx<Db>;

    fn deref(&self) -> &Tx<Db> {
        self.0
    }
}

impl<Db: Database> DerefMut for TxMut<'_, Db> {
    fn deref_mut(&mut self) -> &mut Tx<Db> {
        self.0
    }
}

impl<Db: Database> fmt::Debug for TxMut<'_, Db> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How a scope knows its session again. Safe code can swap the content of two `Tx`, and neither scope may end what the other
/// began.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    session: u64,
    level: usize,
}

impl<Db: Database> Tx<Db> {
    /// For a new part of the transaction.
    pub(super) fn enter(mut session: Box<Session<Db>>) -> (Self, Mark) {
        session.level += 1;
        let mark = Mark { session: session.id, level: session.level };
        (Self { session: Some(session) }, mark)
    }

    /// At the end of the part that `mark` was made for. Of another part's session nobody can say how it ended: it is rolled back.
    pub(super) fn leave(&mut self, mark: Mark) -> Option<Box<Session<Db>>> {
        let mut session = self.session.take()?;
        if (Mark { session: session.id, level: session.level }) != mark {
            return None;
        }
        session.level -= 1;
        Some(session)
    }

    pub(super) fn session(&mut self) -> Result<&mut Session<Db>, TxError> {
        self.session.as_deref_mut().ok_or(TxError::Escaped)
    }

    /// Lends the session to a joined call or a savepoint.
    pub(super) fn lend(&mut self) -> Result<Box<Session<Db>>, TxError> {
        self.session.take().ok_or(TxError::Escaped)
    }

    pub(super) fn take_back(&mut self, session: Box<Session<Db>>) {
        self.session = Some(session);
    }

    /// The connection itself, for what the driver offers beyond queries. Everything that stands out has been done on it.
    ///
    /// Do not begin or end a transaction on it. The next statement looks first what has become of the transaction, which costs a trip
    /// to the database.
    ///
    /// # Errors
    /// If the transaction can not go on.
    ///
    /// # Cancel safety
    /// Dropped, it has done nothing that the next statement would not do. What is dropped on the connection itself is waited for by the
    /// next statement, as far as the driver can say when it is over.
    pub async fn connection(&mut self) -> Result<&mut Db::Link, TxError> {
        self.session()?.raw().await
    }

    /// Runs `hook` when the transaction is committed: behind COMMIT, before the outermost call returns, in the order of registration.
    ///
    /// It runs outside of the transaction, whose connection has been given back: it may query, and begin transactions of its own. Where
    /// the caller is cancelled during COMMIT or in a hook, a task runs the rest, which [`drain`](crate::drain) waits for. If the
    /// transaction is not committed, or the savepoint undone in which it was registered, it is dropped. Its failure and its panic are
    /// [reported](crate::set_report_hook): the transaction is committed all the same, and the next hook runs.
    ///
    /// ```
    /// # #[cfg(feature = "sqlite")] {
    /// use weftwork::{Begin, TxError, transactional};
    ///
    /// # async fn mail(order: i64) -> Result<(), std::io::Error> { Ok(()) }
    /// #[transactional(tx)]
    /// async fn place(tx: impl Begin<sqlx::Sqlite>, order: i64) -> Result<(), TxError> {
    ///     // ..
    ///     tx.after_commit(mail(order));
    ///     Ok(())
    /// }
    /// # }
    /// ```
    pub fn after_commit<F>(&mut self, hook: F)
    where
        F: Future<Output: Told> + Send + 'static,
    {
        // One that has no transaction any more is never committed.
        if let Ok(session) = self.session() {
            session.hooks.after_commit(hook);
        }
    }

    /// Runs `hook` right before COMMIT, as a part of the outermost body: it sees all that was done in the transaction, may do more, and
    /// register hooks itself. Its error is [`TxError::BeforeCommit`], and rolls everything back; so does its panic, which goes on, and the
    /// cancellation of the caller meanwhile. It is dropped with the savepoint in which it was registered.
    ///
    /// The hook is a closure that boxes its future, since that borrows the transaction: `tx.before_commit(|tx| Box::pin(async move { .. }))`.
    ///
    /// ```
    /// # #[cfg(feature = "sqlite")] {
    /// use weftwork::{Begin, TxError, transactional};
    ///
    /// #[transactional(tx)]
    /// async fn count(tx: impl Begin<sqlx::Sqlite>) -> Result<(), TxError> {
    ///     tx.before_commit(|tx| Box::pin(async move {
    ///         sqlx::query("UPDATE total SET n = (SELECT count(*) FROM item)").execute(tx).await.map(drop)
    ///     }));
    ///     Ok(())
    /// }
    /// # }
    /// ```
    pub fn before_commit<H, E>(&mut self, hook: H)
    where
        H: for<'t> FnOnce(&'t mut Self) -> Pin<Box<dyn Future<Output = Result<(), E>> + Send + 't>> + Send + 'static,
        E: Into<Box<dyn Error + Send + Sync>> + 'static,
    {
        if let Ok(session) = self.session() {
            session.hooks.before_commit(Box::new(|tx| {
                let hook = hook(tx);
                Box::pin(async { hook.await.map_err(|error| Arc::from(error.into())) })
            }));
        }
    }

    /// Runs `hook` when the transaction has ended, in whatever way, and tells it how: what was registered in a savepoint that is undone is
    /// told [`TxOutcome::RolledBack`]. Else it is as for [`after_commit`](Self::after_commit), and runs in order with those. Where the
    /// runtime shuts down before, it is dropped.
    ///
    /// ```
    /// # #[cfg(feature = "sqlite")] {
    /// use weftwork::{Begin, TxError, TxOutcome, transactional};
    ///
    /// #[transactional(tx)]
    /// async fn place(tx: impl Begin<sqlx::Sqlite>, order: i64) -> Result<(), TxError> {
    ///     tx.after_completion(move |outcome| async move { println!("order {order}: {outcome:?}") });
    ///     Ok(())
    /// }
    /// # }
    /// ```
    pub fn after_completion<H, F>(&mut self, hook: H)
    where
        H: FnOnce(TxOutcome) -> F + Send + 'static,
        F: Future<Output: Told> + Send + 'static,
    {
        if let Ok(session) = self.session() {
            session.hooks.after_completion(hook);
        }
    }
}

impl<Db: Database> fmt::Debug for Tx<Db> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx").field("session", &self.session).finish_non_exhaustive()
    }
}
