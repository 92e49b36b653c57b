//! One open transaction: its connection, and what has to be done before that is used next.

use std::fmt;
use std::mem;

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::database::Database;
use super::error::TxError;
use super::unbroken::{Back, Control, Held, Unbroken};
use crate::report::report;

/// Where the connection is.
enum Place<Db: Database> {
    Here(Held<Db>),
    /// With statements whose caller was cancelled; it comes back by itself.
    Away(oneshot::Receiver<Back<Db>>),
    /// Gone for good: every further statement is refused with this error.
    Lost(TxError),
}

/// A transaction from BEGIN to its end. Dropped before that, it is rolled back by a task of its own.
pub struct Session<Db: Database> {
    place: Place<Db>,
    runtime: Handle,
    is_open: bool,
    /// A statement is under way, or its future was dropped before its end.
    unsettled: bool,
    /// A statement has failed: some failures end a transaction without saying so.
    suspect: bool,
    /// Undoes savepoints whose block was dropped; runs before the next statement.
    undo: Vec<String>,
    savepoints: usize,
    /// A joined call that failed, and how many savepoints stood around it.
    doom: Option<(&'static str, usize)>,
}

impl<Db: Database> Session<Db> {
    pub(super) async fn begin(link: Db::Link) -> Result<Box<Self>, TxError> {
        let runtime = Handle::try_current().map_err(TxError::begin)?;
        let mut session = Box::new(Self {
            place: Place::Here(Held::new(link)),
            runtime,
            is_open: false,
            unsettled: false,
            suspect: false,
            undo: Vec::new(),
            savepoints: 0,
            doom: None,
        });
        let begin = Control { statements: vec![Db::BEGIN.to_owned()], after_cut: rollback(), ..Control::default() };
        match session.control(begin).await {
            Ok(()) => {
                session.is_open = true;
                Ok(session)
            }
            Err(error) => {
                session.let_go();
                Err(error.at_begin())
            }
        }
    }

    /// The connection, once everything that stands out has been done. Followed by [`done`](Self::done).
    pub(super) async fn statement(&mut self) -> Result<&mut Db::Link, TxError> {
        self.prepare().await?;
        self.unsettled = true;
        Ok(self.here()?.link())
    }

    /// The statement has come to its end.
    pub(super) fn done(&mut self, succeeded: bool) {
        self.unsettled = false;
        self.suspect |= !succeeded;
    }

    pub(super) async fn commit(&mut self) -> Result<(), TxError> {
        self.prepare().await.map_err(TxError::at_commit)?;
        if let Some((function, _)) = self.doom {
            self.rollback().await?;
            return Err(TxError::Doomed { function });
        }
        self.is_open = false;
        let commit = Control { statements: vec!["COMMIT".to_owned()], after_error: rollback(), ..Control::default() };
        match self.control(commit).await {
            Ok(()) => {
                self.let_go();
                Ok(())
            }
            Err(refused) => {
                self.is_open = true;
                // The cause is what the caller wants to know; a connection that can not even roll back is closed.
                if let Err(error) = self.rollback().await {
                    report(format_args!("a transaction that could not commit could not be rolled back either"), &error);
                }
                Err(refused.at_commit())
            }
        }
    }

    /// Whatever comes of it, nothing of the transaction is committed.
    pub(super) async fn rollback(&mut self) -> Result<(), TxError> {
        self.undo.clear();
        if let Err(error) = self.prepare().await {
            self.is_open = false;
            return Err(error);
        }
        self.is_open = false;
        self.control(Control { statements: rollback(), ..Control::default() })
            .await
            .inspect_err(|error| self.lose(error.clone()))?;
        self.let_go();
        Ok(())
    }

    /// Sets a savepoint and returns its number.
    pub(super) async fn set_savepoint(&mut self) -> Result<usize, TxError> {
        self.prepare().await.map_err(TxError::at_savepoint)?;
        let number = self.savepoints + 1;
        let set =
            Control { statements: vec![format!("SAVEPOINT weftwork_{number}")], after_cut: undo(number), ..Control::default() };
        self.control(set).await.map_err(TxError::at_savepoint)?;
        self.savepoints = number;
        Ok(number)
    }

    /// Keeps what was done since savepoint `number`, unless a joined call failed there.
    pub(super) async fn release(&mut self, number: usize) -> Result<(), TxError> {
        if let Some((function, depth)) = self.doom {
            if depth >= number {
                self.undo_savepoint(number).await?;
                return Err(TxError::Doomed { function });
            }
        }
        self.prepare().await.map_err(TxError::at_savepoint)?;
        self.savepoints = number - 1;
        let release = Control { statements: vec![format!("RELEASE weftwork_{number}")], ..Control::default() };
        self.control(release).await.map_err(TxError::at_savepoint)
    }

    /// Undoes what was done since savepoint `number`, and removes it.
    pub(super) async fn undo_savepoint(&mut self, number: usize) -> Result<(), TxError> {
        self.undo_later(number);
        self.prepare().await.map_err(TxError::at_savepoint)
    }

    /// The same before the next statement, where nobody can wait for it.
    pub(super) fn undo_later(&mut self, number: usize) {
        self.undo.extend(undo(number));
        self.savepoints = number - 1;
        if self.doom.is_some_and(|(_, depth)| depth >= number) {
            self.doom = None;
        }
    }

    /// A call that had joined has failed: what it left behind must not be committed.
    pub(super) fn doom(&mut self, function: &'static str) {
        self.doom = Some((function, self.savepoints));
    }

    fn here(&mut self) -> Result<&mut Held<Db>, TxError> {
        match &mut self.place {
            Place::Here(held) => Ok(held),
            Place::Lost(error) => Err(error.clone()),
            Place::Away(_) => unreachable!("a connection that is away is waited for first"),
        }
    }

    fn lose(&mut self, error: TxError) {
        self.place = Place::Lost(error);
    }

    /// Gives the connection back, outside of a transaction.
    fn let_go(&mut self) {
        if let Place::Here(held) = mem::replace(&mut self.place, Place::Lost(TxError::lost(Over))) {
            held.let_go();
        }
    }

    /// Waits for a connection that is away, for a statement that was dropped, and undoes dropped savepoints.
    async fn prepare(&mut self) -> Result<(), TxError> {
        if let Place::Away(back) = &mut self.place {
            self.place = match back.await {
                Ok(Ok(held)) => Place::Here(held),
                Ok(Err(error)) => Place::Lost(error),
                Err(gone) => Place::Lost(TxError::lost(gone)),
            };
        }
        if self.unsettled {
            let settled = Db::settle(self.here()?.link()).await;
            // The outcome of a statement whose future was dropped is nobody's any more; that it is over is what counts.
            self.done(settled.is_ok());
        }
        if self.suspect {
            match Db::is_open(self.here()?.link()).await {
                Ok(true) => self.suspect = false,
                Ok(false) => self.end_by_itself(),
                Err(error) => self.lose(TxError::lost(error)),
            }
        }
        self.here()?;
        if self.undo.is_empty() {
            return Ok(());
        }
        let statements = mem::take(&mut self.undo);
        self.control(Control { statements, ..Control::default() }).await.inspect_err(|error| self.lose(error.clone()))
    }

    /// The database has ended the transaction: its connection is clean, and nothing more may run on it in our name.
    fn end_by_itself(&mut self) {
        self.is_open = false;
        if let Place::Here(held) = mem::replace(&mut self.place, Place::Lost(TxError::lost(EndedByItself))) {
            held.let_go();
        }
    }

    async fn control(&mut self, control: Control) -> Result<(), TxError> {
        let (send, back) = oneshot::channel();
        self.here()?;
        let Place::Here(held) = mem::replace(&mut self.place, Place::Away(back)) else { unreachable!("the connection is here") };
        // Cancelled here, the connection stays away until the statements and what undoes them are through.
        let (held, result) = Unbroken::new(held, control, send, self.runtime.clone()).await;
        self.place = Place::Here(held);
        result.map_err(TxError::lost)
    }
}

impl<Db: Database> Drop for Session<Db> {
    fn drop(&mut self) {
        let place = mem::replace(&mut self.place, Place::Lost(TxError::lost(Over)));
        if !self.is_open || matches!(place, Place::Lost(_)) {
            return;
        }
        let mut rest = Self {
            place,
            runtime: self.runtime.clone(),
            is_open: true,
            unsettled: self.unsettled,
            suspect: self.suspect,
            undo: Vec::new(),
            savepoints: 0,
            doom: None,
        };
        self.runtime.spawn(async move {
            if let Err(error) = rest.rollback().await {
                report(format_args!("an abandoned transaction could not be rolled back, its connection is closed"), &error);
            }
        });
    }
}

impl<Db: Database> fmt::Debug for Session<Db> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("is_open", &self.is_open).field("savepoints", &self.savepoints).finish_non_exhaustive()
    }
}

fn rollback() -> Vec<String> {
    vec!["ROLLBACK".to_owned()]
}

fn undo(number: usize) -> Vec<String> {
    vec![format!("ROLLBACK TO weftwork_{number}"), format!("RELEASE weftwork_{number}")]
}

/// The transaction was over.
#[derive(Debug)]
struct Over;

impl fmt::Display for Over {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the transaction has ended")
    }
}

impl std::error::Error for Over {}

/// A failed statement took the whole transaction with it.
#[derive(Debug)]
struct EndedByItself;

impl fmt::Display for EndedByItself {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the database ended the transaction when a statement failed")
    }
}

impl std::error::Error for EndedByItself {}
