//! One open transaction: its connection, and what has to be done before that is used next.

use std::fmt;
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::database::Database;
use super::error::{TxError, tell};
use super::unbroken::{Back, Control, Held, Outcome, Unbroken};
use crate::scope::{About, Scope, hand_over};

/// Where the connection is.
enum Place<Db: Database> {
    Here(Held<Db>),
    /// With statements whose caller was cancelled; it comes back by itself.
    Away(oneshot::Receiver<Back<Db>>),
    /// Given back: the database ended the transaction when a statement failed. Nothing more may run in our name.
    Ended,
    /// Gone for good: every further statement is refused with this error.
    Lost(TxError),
}

/// A transaction from BEGIN to its end. Dropped before that, it is rolled back by a task of its own.
pub struct Session<Db: Database> {
    /// No two sessions of a program have the same.
    pub(super) id: u64,
    /// The function that began it, and where that is.
    pub(super) about: About,
    /// How many scopes stand on it: the transaction itself, joined calls, savepoints.
    pub(super) level: usize,
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
    /// The first joined call that failed and was not undone, and how many savepoints stood around it.
    doom: Option<(&'static str, usize)>,
}

impl<Db: Database> Session<Db> {
    fn new(place: Place<Db>, about: About, runtime: Handle) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            about,
            level: 0,
            place,
            runtime,
            is_open: false,
            unsettled: false,
            suspect: false,
            undo: Vec::new(),
            savepoints: 0,
            doom: None,
        }
    }

    pub(super) async fn begin(link: Db::Link, about: About) -> Result<Box<Self>, TxError> {
        let runtime = Handle::try_current().map_err(TxError::begin)?;
        let mut session = Box::new(Self::new(Place::Here(Held::new(link)), about, runtime));
        let begin = vec![Db::BEGIN.to_owned()];
        match session.control(Control { statements: begin, after_cut: rollback(), at_edge: true, ..Control::default() }).await {
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

    /// The statement has come to its end: for a driver whose queries run on the `Tx` itself.
    #[cfg(feature = "sqlite")]
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
        let commit = vec!["COMMIT".to_owned()];
        match self.control(Control { statements: commit, after_error: rollback(), at_edge: true, ..Control::default() }).await {
            Ok(()) => {
                self.let_go();
                Ok(())
            }
            Err(refused) => {
                self.is_open = true;
                // The cause is what the caller wants to know; a connection that can not even roll back is closed.
                if let Err(error) = self.rollback().await {
                    tell(&self.about, "could not commit, and could not be rolled back either", &error);
                }
                Err(refused.at_commit())
            }
        }
    }

    /// Whatever comes of it, nothing of the transaction is committed.
    pub(super) async fn rollback(&mut self) -> Result<(), TxError> {
        self.undo.clear();
        self.settle().await;
        // From here on the statements see to the rest themselves.
        self.is_open = false;
        if let Place::Ended = self.place {
            return Ok(());
        }
        let doubtful = mem::take(&mut self.suspect);
        match self.control(Control { doubtful, statements: rollback(), at_edge: true, ..Control::default() }).await {
            Ok(()) => {
                self.let_go();
                Ok(())
            }
            Err(_) if matches!(self.place, Place::Ended) => Ok(()),
            Err(error) => {
                self.lose(error.clone());
                Err(error)
            }
        }
    }

    /// Sets a savepoint and returns its number.
    pub(super) async fn set_savepoint(&mut self) -> Result<usize, TxError> {
        self.prepare().await.map_err(TxError::at_savepoint)?;
        let number = self.savepoints + 1;
        let statements = vec![format!("SAVEPOINT weftwork_{number}")];
        self.control(Control { statements, after_cut: undo(number), ..Control::default() })
            .await
            .map_err(TxError::at_savepoint)?;
        self.savepoints = number;
        Ok(number)
    }

    /// Keeps what was done since savepoint `number`, unless a joined call failed there.
    pub(super) async fn release(&mut self, number: usize) -> Result<(), TxError> {
        if let Some((function, _)) = self.doom.filter(|(_, depth)| *depth >= number) {
            self.undo_savepoint(number).await?;
            return Err(TxError::Doomed { function });
        }
        self.prepare().await.map_err(TxError::at_savepoint)?;
        self.savepoints = number - 1;
        let statements = vec![format!("RELEASE weftwork_{number}")];
        self.control(Control { statements, ..Control::default() }).await.map_err(|error| {
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
        self.savepoints = number - 1;
        self.doom = self.doom.filter(|(_, depth)| *depth < number);
    }

    /// A call that had joined has failed: what it left behind must not be committed.
    pub(super) fn doom(&mut self, function: &'static str) {
        // An earlier one stands in the same savepoints or in fewer: undoing this one does not undo that.
        self.doom.get_or_insert((function, self.savepoints));
    }

    fn here(&mut self) -> Result<&mut Held<Db>, TxError> {
        match &mut self.place {
            Place::Here(held) => Ok(held),
            Place::Ended => Err(TxError::lost(EndedByItself)),
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

    /// Waits for a connection that is away, and for a statement that was dropped.
    async fn settle(&mut self) {
        if let Place::Away(back) = &mut self.place {
            self.place = match back.await {
                Ok(Back::Held(held)) => Place::Here(held),
                Ok(Back::Ended) => Place::Ended,
                Ok(Back::Lost(error)) => Place::Lost(error),
                Err(gone) => Place::Lost(TxError::lost(gone)),
            };
        }
        if let (true, Place::Here(held)) = (self.unsettled, &mut self.place) {
            // How the statement went is nobody's business any more. It may have gone so that the transaction has ended.
            let _ = Db::settle(held.link()).await;
            self.unsettled = false;
            self.suspect = true;
        }
    }

    /// Does everything that has to be done before the next statement.
    async fn prepare(&mut self) -> Result<(), TxError> {
        self.settle().await;
        if self.suspect || !self.undo.is_empty() {
            self.here()?;
            let (doubtful, statements) = (mem::take(&mut self.suspect), mem::take(&mut self.undo));
            if let Err(error) = self.control(Control { doubtful, statements, ..Control::default() }).await {
                if !matches!(self.place, Place::Ended) {
                    self.lose(error.clone());
                }
                return Err(error);
            }
        }
        self.here().map(drop)
    }

    async fn control(&mut self, control: Control) -> Result<(), TxError> {
        self.here()?;
        let (send, back) = oneshot::channel();
        let Place::Here(held) = mem::replace(&mut self.place, Place::Away(back)) else { unreachable!("the connection is here") };
        // Cancelled here, the connection stays away until the statements and what undoes them are through.
        let (held, outcome) = Unbroken::new(held, control, send, self.about.clone(), self.runtime.clone()).await;
        match outcome {
            Outcome::Done => {
                self.place = Place::Here(held);
                Ok(())
            }
            Outcome::Ended => {
                held.let_go();
                self.place = Place::Ended;
                Err(TxError::lost(EndedByItself))
            }
            Outcome::Failed(error) => {
                self.place = Place::Here(held);
                self.suspect = true;
                Err(error)
            }
        }
    }
}

impl<Db: Database> Drop for Session<Db> {
    fn drop(&mut self) {
        if !self.is_open || matches!(self.place, Place::Ended | Place::Lost(_)) {
            return;
        }
        let place = mem::replace(&mut self.place, Place::Lost(TxError::lost(Over)));
        // Not marked as open: if the runtime is gone and drops this unrun, the connection is discarded and that is all.
        let mut rest = Self::new(place, self.about.clone(), self.runtime.clone());
        (rest.unsettled, rest.suspect) = (self.unsettled, self.suspect);
        hand_over(&self.runtime, self.about.clone(), Scope::new(), async move {
            if let Err(error) = rest.rollback().await {
                tell(&rest.about, "was abandoned and could not be rolled back, its connection is closed", &error);
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
