//! The connection of an open transaction.

use super::database::{Database, Standing};
use super::error::{Cause, StatementError, TxError};

/// A connection inside a transaction. Dropped there, it is discarded and not handed to others.
pub(super) struct Held<Db: Database>(Option<Db::Link>);

/// Statements that have to be run before the next one of the user's.
#[derive(Debug, Default)]
pub(super) struct Due {
    /// Whether to ask first if the transaction is still open. Asking can not be cut either: a database that can tell only by
    /// trying to begin would otherwise be left in a transaction that looks like ours.
    pub(super) is_doubtful: bool,
    /// Fails if the transaction was ended from inside, and another one begun.
    pub(super) guard: Option<String>,
    pub(super) statements: Vec<String>,
}

/// How they went.
pub(super) enum Outcome {
    Done,
    /// The database had ended the transaction on its own before: nothing was sent, and the connection is clean.
    Ended,
    /// A statement of the transaction had ended it.
    EndedInside,
    /// A statement had failed, and the transaction can only be rolled back.
    Stuck(Cause),
    Failed(TxError),
}

impl<Db: Database> Held<Db> {
    pub(super) fn new(link: Db::Link) -> Self {
        Self(Some(link))
    }

    pub(super) fn link(&mut self) -> &mut Db::Link {
        self.0.as_mut().expect("the connection is held until it is let go")
    }

    pub(super) async fn run(&mut self, due: Due) -> Outcome {
        let mut stuck = None;
        if due.is_doubtful {
            match Db::standing(self.link()).await {
                Ok(Standing::Open) => {}
                Ok(Standing::Ended) => return Outcome::Ended,
                Ok(Standing::Failed(error)) => stuck = Some(StatementError::new(&error, Db::code(&error))),
                Err(error) => return Outcome::Failed(TxError::lost(error)),
            }
        }
        if let Some(guard) = due.guard.filter(|_| stuck.is_none() || !due.statements.is_empty()) {
            if Db::control(self.link(), guard).await.is_err() {
                return Outcome::EndedInside;
            }
        }
        if let (Some(cause), true) = (stuck, due.statements.is_empty()) {
            return Outcome::Stuck(cause);
        }
        for statement in due.statements {
            if let Err(error) = Db::control(self.link(), statement).await {
                return Outcome::Failed(TxError::lost(error));
            }
        }
        Outcome::Done
    }

    /// Outside of a transaction: others may have it, as soon as it is as it was.
    pub(super) async fn let_go(mut self) -> Option<Db::Link> {
        // It is discarded where this fails.
        Db::tidy(self.link()).await.ok()?;
        self.0.take()
    }
}

impl<Db: Database> Drop for Held<Db> {
    fn drop(&mut self) {
        if let Some(link) = self.0.take() {
            Db::discard(link);
        }
    }
}
