//! The savepoints of an open transaction, and what was done since each.

use super::database::Database;
use super::error::{Cause, TxError};
use super::held::Due;
use super::session::Session;

/// What forbids the commit.
#[derive(Debug)]
pub(super) struct Doom {
    pub(super) function: &'static str,
    pub(super) cause: Option<Cause>,
    depth: usize,
}

impl Doom {
    pub(super) fn error(&self) -> TxError {
        TxError::Doomed { function: self.function, cause: self.cause.clone() }
    }
}

impl<Db: Database> Session<Db> {
    /// Sets a savepoint and returns its number.
    pub(super) async fn set_savepoint(&mut self) -> Result<usize, TxError> {
        self.prepare().await.map_err(TxError::at_savepoint)?;
        let number = self.savepoints + 1;
        let statements = vec![format!("SAVEPOINT weftwork_{number}")];
        self.control(Due { statements, ..Due::default() }, undo(number)).await.map_err(TxError::at_savepoint)?;
        self.savepoints = number;
        self.hooks.set_savepoint();
        Ok(number)
    }

    /// Keeps what was done since savepoint `number`, unless a joined call or a statement failed there that undoes it.
    pub(super) async fn release(&mut self, number: usize) -> Result<(), TxError> {
        self.settle().await;
        let refused = match (&self.failed, &self.doom) {
            (Some((cause, depth)), _) if *depth >= number => Some(TxError::Failed(cause.clone())),
            (_, Some(doom)) if doom.depth >= number => Some(doom.error()),
            _ => None,
        };
        if let Some(refused) = refused {
            self.undo_savepoint(number).await?;
            return Err(refused);
        }
        match self.prepare().await {
            Ok(()) => {}
            Err(TxError::Failed(cause)) => {
                self.undo_savepoint(number).await?;
                return Err(TxError::Failed(cause));
            }
            Err(error) => return Err(error.at_savepoint()),
        }
        self.savepoints = number - 1;
        self.hooks.release(number);
        let statements = vec![format!("RELEASE weftwork_{number}")];
        self.control(Due { statements, ..Due::default() }, Vec::new()).await.map_err(|error| {
            // The caller is told that the block failed: what the block did may not be committed with the rest.
            self.lose(error.clone());
            error.at_savepoint()
        })
    }

    /// Undoes what was done since savepoint `number`, and removes it.
    pub(super) async fn undo_savepoint(&mut self, number: usize) -> Result<(), TxError> {
        self.undo_later(number);
        self.prepare().await.map_err(TxError::at_savepoint)
    }

    /// The same before the next statement, where nobody can wait for it.
    pub(super) fn undo_later(&mut self, number: usize) {
        self.undo.extend(undo(number));
        // A statement that was dropped in it is undone with it, however it goes.
        self.savepoints = number - 1;
        self.hooks.undo(number, &self.origin.about);
        self.doom = self.doom.take().filter(|doom| doom.depth < number);
        self.failed = self.failed.take().filter(|(_, depth)| *depth < number);
    }

    /// A call that had joined has failed: what it left behind must not be committed.
    pub(super) fn doom(&mut self, function: &'static str, cause: Option<Cause>) {
        // An earlier one stands in the same savepoints or in fewer: undoing this one does not undo that.
        let depth = self.savepoints;
        self.doom.get_or_insert_with(|| Doom { function, cause, depth });
    }
}

fn undo(number: usize) -> Vec<String> {
    vec![format!("ROLLBACK TO weftwork_{number}"), format!("RELEASE weftwork_{number}")]
}
