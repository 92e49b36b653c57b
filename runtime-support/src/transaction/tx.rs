//! The handle that the body of a transaction works on.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::database::Database;
use super::error::TxError;
use super::session::Session;

/// An open transaction, inside a `#[transactional]` function.
///
/// `&mut tx` is what queries run on (for sqlx: its `Executor`) and what helpers take, as `tx: &mut Tx<Sqlite>`. Handed to
/// another `#[transactional]` function it makes that one join.
///
/// # Cancel safety
/// A statement whose future is dropped is waited for before the next one runs.
pub struct Tx<Db: Database> {
    session: Option<Box<Session<Db>>>,
    home: Arc<Home<Db>>,
}

/// Where the session goes when the `Tx` is dropped: whoever made the `Tx` ends the transaction.
pub(super) struct Home<Db: Database>(Mutex<Lodging<Db>>);

enum Lodging<Db: Database> {
    /// The `Tx` has it.
    Out,
    In(Box<Session<Db>>),
    /// Nobody waits for it any more.
    Closed,
}

impl<Db: Database> Home<Db> {
    fn swap(&self, lodging: Lodging<Db>) -> Lodging<Db> {
        // No code of a user's runs under this lock.
        std::mem::replace(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner), lodging)
    }

    /// Takes the session, for good. `None` if the `Tx` is still somewhere; it then ends the transaction when it is dropped.
    pub(super) fn close(&self) -> Option<Box<Session<Db>>> {
        match self.swap(Lodging::Closed) {
            Lodging::In(session) => Some(session),
            Lodging::Out | Lodging::Closed => None,
        }
    }
}

impl<Db: Database> Tx<Db> {
    pub(super) fn new(session: Box<Session<Db>>) -> (Self, Arc<Home<Db>>) {
        let home = Arc::new(Home(Mutex::new(Lodging::Out)));
        (Self { session: Some(session), home: Arc::clone(&home) }, home)
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
}

impl<Db: Database> Drop for Tx<Db> {
    fn drop(&mut self) {
        let Some(session) = self.session.take() else { return };
        if let Lodging::Closed = self.home.swap(Lodging::In(session)) {
            // Nobody waits for it: taken out again, it is rolled back.
            drop(self.home.swap(Lodging::Closed));
        }
    }
}

impl<Db: Database> fmt::Debug for Tx<Db> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx").field("session", &self.session).finish_non_exhaustive()
    }
}
