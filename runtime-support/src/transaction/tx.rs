//! The handle that the body of a transaction works on.

use std::fmt;
use std::ops::{Deref, DerefMut};

use super::database::Database;
use super::error::TxError;
use super::session::Session;

/// An open transaction, inside a `#[transactional]` function.
///
/// `&mut tx` is what queries run on (for sqlx: its `Executor`) and what helpers take, as `tx: &mut Tx<Sqlite>`. Handed to another
/// `#[transactional]` function it makes that one join. The body itself has a [`TxMut`], which goes for a `Tx`.
///
/// # Cancel safety
/// A statement whose future is dropped is waited for before the next one runs.
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
    /// Do not begin or end a transaction on it.
    ///
    /// # Errors
    /// If the transaction can not go on.
    pub async fn connection(&mut self) -> Result<&mut Db::Link, TxError> {
        // Nobody says when it was used last: the next statement looks what has become of it.
        self.session()?.statement().await
    }
}

impl<Db: Database> fmt::Debug for Tx<Db> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx").field("session", &self.session).finish_non_exhaustive()
    }
}
