//! One part of a transaction: from where it begins or joins to where it ends.

use std::fmt;
use std::sync::Arc;

use super::database::Database;
use super::error::TxError;
use super::join::{Begin, Parent};
use super::session::Session;
use super::tx::{Home, Tx};
use crate::contracts::FromTxError;
use crate::report::report;

/// The end of a transaction, a joined call or a savepoint, prepared for when it begins.
///
/// Dropped before [`end`](Self::end), by a panic or a cancellation, it undoes its part.
pub struct Scope<Db: Database, P: Parent<Db>> {
    name: &'static str,
    home: Arc<Home<Db>>,
    parent: P,
    savepoint: Option<usize>,
}

/// Begins a transaction for the function `name`, or joins one.
pub async fn begin<Db, S>(name: &'static str, source: S) -> Result<(Scope<Db, S::Parent>, Tx<Db>), TxError>
where
    Db: Database,
    S: Begin<Db>,
{
    let (session, parent) = source.open().await?;
    let (tx, home) = Tx::new(session);
    Ok((Scope { name, home, parent, savepoint: None }, tx))
}

/// Sets a savepoint.
pub async fn savepoint<Db: Database>(mut tx: &mut Tx<Db>) -> Result<(Scope<Db, &mut Tx<Db>>, Tx<Db>), TxError> {
    let mut lent = Lent { session: Some(tx.lend()?), parent: &mut tx };
    let number = lent.session()?.set_savepoint().await?;
    let session = lent.session.take().ok_or(TxError::Escaped)?;
    drop(lent);
    let (inner, home) = Tx::new(session);
    Ok((Scope { name: "savepoint!", home, parent: tx, savepoint: Some(number) }, inner))
}

impl<Db: Database, P: Parent<Db>> Scope<Db, P> {
    /// Ends this part as `result` says. The body's `Tx` has been dropped.
    pub async fn end<R: FromTxError>(mut self, result: R) -> R {
        let Some(session) = self.home.close() else { return R::from_tx_error(TxError::Escaped) };
        let ended = match self.savepoint {
            Some(number) => {
                let mut lent = Lent { session: Some(session), parent: &mut self.parent };
                end_savepoint(lent.session(), number, result.is_ok()).await
            }
            None if P::OUTERMOST => end_transaction(session, result.is_ok()).await,
            None => {
                self.end_joined(session, result.is_ok());
                Ok(())
            }
        };
        match ended {
            Ok(()) => result,
            Err(error) if result.is_ok() => R::from_tx_error(error),
            Err(error) => {
                // The body's own error is what the caller has to know.
                report(format_args!("`{}` failed, and could not be rolled back", self.name), &error);
                result
            }
        }
    }

    fn end_joined(&mut self, mut session: Box<Session<Db>>, succeeded: bool) {
        if !succeeded {
            session.doom(self.name);
        }
        self.parent.take_back(session);
    }
}

async fn end_transaction<Db: Database>(mut session: Box<Session<Db>>, succeeded: bool) -> Result<(), TxError> {
    if succeeded { session.commit().await } else { session.rollback().await }
}

async fn end_savepoint<Db: Database>(
    session: Result<&mut Session<Db>, TxError>,
    number: usize,
    succeeded: bool,
) -> Result<(), TxError> {
    let session = session?;
    if succeeded { session.release(number).await } else { session.undo_savepoint(number).await }
}

impl<Db: Database, P: Parent<Db>> Drop for Scope<Db, P> {
    fn drop(&mut self) {
        // Ended already, or the `Tx` was moved away and rolls back when it is dropped.
        let Some(mut session) = self.home.close() else { return };
        match self.savepoint {
            Some(number) => {
                session.undo_later(number);
                self.parent.take_back(session);
            }
            None if P::OUTERMOST => self.parent.take_back(session),
            None => self.end_joined(session, false),
        }
    }
}

impl<Db: Database, P: Parent<Db>> fmt::Debug for Scope<Db, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A session on loan: it goes back to its owner even if the borrower is cancelled.
struct Lent<'a, Db: Database, P: Parent<Db>> {
    session: Option<Box<Session<Db>>>,
    parent: &'a mut P,
}

impl<Db: Database, P: Parent<Db>> Lent<'_, Db, P> {
    fn session(&mut self) -> Result<&mut Session<Db>, TxError> {
        self.session.as_deref_mut().ok_or(TxError::Escaped)
    }
}

impl<Db: Database, P: Parent<Db>> Drop for Lent<'_, Db, P> {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            self.parent.take_back(session);
        }
    }
}
