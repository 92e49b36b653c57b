//! One part of a transaction: from where it begins or joins to where it ends.

use std::fmt;
use std::future::Future;
use std::panic::Location;

use super::database::Database;
use super::error::{TxError, tell};
use super::join::{Begin, Opened, Parent};
use super::session::Session;
use super::tx::{Mark, Tx};
use crate::contracts::Ending;
use crate::scope::{About, What};

/// A transaction or a joined call. It owns the body's [`Tx`] and lends it, so that the body can not take it away.
///
/// The field is borrowed directly: what borrows it does not depend on the parent's lifetime, which would be a second error for
/// each body that lets its `Tx` escape.
///
/// Dropped before [`end`](Self::end), by a panic or a cancellation, it undoes its part.
pub struct Scope<Db: Database, P: Parent<Db>> {
    name: &'static str,
    about: About,
    /// What the body works on.
    pub tx: Tx<Db>,
    mark: Mark,
    parent: P,
}

/// Begins a transaction for the function `name`, or joins one.
#[track_caller]
pub fn begin<Db, S>(name: &'static str, source: S) -> impl Future<Output = Result<Scope<Db, S::Parent>, TxError>>
where
    Db: Database,
    S: Begin<Db>,
{
    let about = About { what: What::CleanUp, name: name.into(), place: Location::caller(), grace: None };
    async move {
        let Opened { mut session, parent } = source.open().await?;
        if S::Parent::OUTERMOST {
            session.about = about.clone();
        }
        let (tx, mark) = Tx::enter(session);
        Ok(Scope { name, about, tx, mark, parent })
    }
}

impl<Db: Database, P: Parent<Db>> Scope<Db, P> {
    /// Ends this part as the body's `result` says.
    pub async fn end<R>(mut self, ending: Ending<R>, result: R) -> R {
        let Some(session) = self.tx.leave(self.mark) else {
            return conclude(&self.about, &ending, result, Err(TxError::Escaped));
        };
        let succeeded = ending.is_ok(&result);
        if !P::OUTERMOST {
            self.end_joined(session, succeeded);
            return result;
        }
        let ended = end_transaction(session, succeeded).await;
        conclude(&self.about, &ending, result, ended)
    }

    fn end_joined(&mut self, mut session: Box<Session<Db>>, succeeded: bool) {
        if !succeeded {
            session.doom(self.name);
        }
        self.parent.take_back(session);
    }
}

impl<Db: Database, P: Parent<Db>> Drop for Scope<Db, P> {
    fn drop(&mut self) {
        // Ended already, or the session is nobody's.
        let Some(session) = self.tx.leave(self.mark) else { return };
        if P::OUTERMOST { self.parent.take_back(session) } else { self.end_joined(session, false) }
    }
}

impl<Db: Database, P: Parent<Db>> fmt::Debug for Scope<Db, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").field("name", &self.name).finish_non_exhaustive()
    }
}

async fn end_transaction<Db: Database>(mut session: Box<Session<Db>>, succeeded: bool) -> Result<(), TxError> {
    if succeeded { session.commit().await } else { session.rollback().await }
}

/// A part of a transaction that can be undone alone. Dropped before its end, it is undone.
pub struct Savepoint<'t, Db: Database> {
    about: About,
    number: usize,
    /// What the block works on.
    pub tx: Tx<Db>,
    mark: Mark,
    parent: &'t mut Tx<Db>,
}

/// Sets a savepoint.
#[track_caller]
pub fn savepoint<Db: Database>(tx: &mut Tx<Db>) -> impl Future<Output = Result<Savepoint<'_, Db>, TxError>> {
    let about = About { what: What::CleanUp, name: "savepoint!".into(), place: Location::caller(), grace: None };
    async move {
        let number = tx.session()?.set_savepoint().await?;
        let (inner, mark) = Tx::enter(tx.lend()?);
        Ok(Savepoint { about, number, tx: inner, mark, parent: tx })
    }
}

impl<Db: Database> Savepoint<'_, Db> {
    /// Keeps or undoes what the block did, as its `result` says.
    pub async fn end<R>(mut self, ending: Ending<R>, result: R) -> R {
        let ended = self.settle(ending.is_ok(&result)).await;
        conclude(&self.about, &ending, result, ended)
    }

    async fn settle(&mut self, succeeded: bool) -> Result<(), TxError> {
        // The session is back where it belongs before anything is awaited: this may be dropped.
        let session = self.tx.leave(self.mark).ok_or(TxError::Escaped)?;
        self.parent.take_back(session);
        let session = self.parent.session()?;
        if succeeded { session.release(self.number).await } else { session.undo_savepoint(self.number).await }
    }
}

impl<Db: Database> Drop for Savepoint<'_, Db> {
    fn drop(&mut self) {
        let Some(mut session) = self.tx.leave(self.mark) else { return };
        session.undo_later(self.number);
        self.parent.take_back(session);
    }
}

impl<Db: Database> fmt::Debug for Savepoint<'_, Db> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Savepoint").field("number", &self.number).finish_non_exhaustive()
    }
}

/// What the caller gets: its own error goes first, that of the end is then told elsewhere.
fn conclude<R>(about: &About, ending: &Ending<R>, result: R, ended: Result<(), TxError>) -> R {
    match ended {
        Ok(()) => result,
        Err(error) if ending.is_ok(&result) => ending.failed(error),
        Err(error) => {
            tell(about, "failed, and could not be rolled back", &error);
            result
        }
    }
}
