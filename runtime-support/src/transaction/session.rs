//! One open transaction: its connection, and what has to be done before that is used next.

use std::fmt;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::database::{Database, Severity};
use super::end;
use super::error::{Cause, StatementError, TxError};
use super::held::{Due, Held, Outcome};
use super::hooks::Hooks;
use super::options::Terms;
use super::savepoints::Doom;
use super::unbroken::Unbroken;
use crate::policy::retry::Retry;
use crate::scope::{About, Scope, hand_over};

/// Set around a text of several statements that may end the transaction.
const GUARD: &str = "weftwork_guard";

/// Where the connection is.
pub(super) enum Place<Db: Database> {
    Here(Held<Db>),
    /// With statements that run. If their caller was cancelled, which the flag says, it comes back by itself; if it was leaked, never.
    Away(oneshot::Receiver<(Held<Db>, Outcome)>, Arc<AtomicBool>),
    /// Given back: the database ended the transaction when a statement failed. Nothing more may run in our name.
    Ended,
    /// Gone for good: every further statement is refused with this error.
    Lost(TxError),
}

/// What begins a transaction, and what is known of it.
#[derive(Clone, Debug)]
pub(super) struct Origin<P> {
    /// The function that begins it, and where that is.
    pub(super) about: About,
    pub(super) function: &'static str,
    pub(super) terms: Terms,
    /// Where the connection comes from, if it is a pool's.
    pub(super) pool: Option<P>,
    /// How it is repeated.
    pub(super) retry: Retry,
    /// Which attempt it is.
    pub(super) attempt: u32,
    /// Whether the connection is asked back behind a rollback.
    pub(super) keeps_link: bool,
}

/// A transaction from BEGIN to its end. Dropped before that, it is rolled back by a task of its own.
pub(super) struct Session<Db: Database> {
    /// No two sessions of a program have the same.
    pub(super) id: u64,
    pub(super) origin: Origin<Db::Pool>,
    pub(super) begun: Instant,
    /// How many scopes stand on it: the transaction itself, joined calls, savepoints.
    pub(super) level: usize,
    pub(super) place: Place<Db>,
    runtime: Handle,
    pub(super) is_open: bool,
    /// A statement is under way, or its future was dropped before its end.
    pub(super) is_unsettled: bool,
    /// Something may have ended the transaction: a statement that failed, or whoever had the connection itself.
    is_doubtful: bool,
    /// That savepoint stands.
    pub(super) is_guarded: bool,
    /// Undoes savepoints whose block was dropped; runs before the next statement.
    pub(super) undo: Vec<String>,
    pub(super) savepoints: usize,
    /// The first joined call that failed and was not undone, and how many savepoints stood around it.
    pub(super) doom: Option<Doom>,
    /// The statement after which the database refuses all others, and how many savepoints stood around it.
    pub(super) failed: Option<(Cause, usize)>,
    /// The last statement failed in a way that another run may not.
    pub(super) is_transient: bool,
    pub(super) hooks: Hooks<Db>,
}

impl<Db: Database> Session<Db> {
    fn new(place: Place<Db>, origin: Origin<Db::Pool>, runtime: Handle, begun: Instant) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            origin,
            begun,
            level: 0,
            place,
            runtime,
            is_open: false,
            is_unsettled: false,
            is_doubtful: false,
            is_guarded: false,
            undo: Vec::new(),
            savepoints: 0,
            doom: None,
            failed: None,
            is_transient: false,
            hooks: Hooks::new(),
        }
    }

    pub(super) async fn begin(link: Db::Link, origin: Origin<Db::Pool>) -> Result<Box<Self>, BeginError<Db>> {
        let begun = Instant::now();
        let runtime = match Handle::try_current() {
            Ok(runtime) => runtime,
            Err(error) => return Err(BeginError { error: TxError::begin(error), is_transient: false, link: Some(link) }),
        };
        let (mut held, terms) = (Held::<Db>::new(link), origin.terms);
        let begin = async move {
            let begun = Db::begin(held.link(), &terms).await;
            (held, begun)
        };
        let begin = Unbroken::new(origin.about.clone(), runtime.clone(), begin, |(mut held, begun)| async move {
            if begun.is_err() || Db::control(held.link(), end::ROLLBACK.to_owned()).await.is_ok() {
                drop(held.let_go().await);
            }
        });
        let (held, result) = begin.await;
        match result {
            Ok(()) => {
                let mut session = Self::new(Place::Here(held), origin, runtime, begun);
                session.is_open = true;
                Ok(Box::new(session))
            }
            Err(error) => {
                let is_transient = Db::is_repeatable(&error);
                Err(BeginError { error: TxError::begin(error), is_transient, link: held.let_go().await })
            }
        }
    }

    /// The connection, once everything that stands out has been done. Followed by [`noted`](Self::noted).
    ///
    /// The text of a statement that `may_end` the transaction in its middle, and begin another one, is told from others by a savepoint
    /// before it.
    #[cfg_attr(
        not(any(feature = "sqlite", feature = "postgres")),
        allow(dead_code, reason = "it is for queries, which a driver runs")
    )]
    pub(super) async fn statement(&mut self, may_end: bool) -> Result<&mut Db::Link, TxError> {
        self.prepare().await?;
        if may_end {
            self.control(Due { statements: vec![format!("SAVEPOINT {GUARD}")], ..Due::default() }, Vec::new()).await?;
            self.is_guarded = true;
        }
        self.is_unsettled = true;
        Ok(self.here()?.link())
    }

    /// The same for somebody of whom nobody will hear what they did.
    pub(super) async fn raw(&mut self) -> Result<&mut Db::Link, TxError> {
        self.prepare().await?;
        (self.is_unsettled, self.is_doubtful) = (true, true);
        Ok(self.here()?.link())
    }

    /// The statement has come to its end.
    #[cfg_attr(
        not(any(feature = "sqlite", feature = "postgres")),
        allow(dead_code, reason = "it is for queries, which a driver runs")
    )]
    pub(super) fn noted<T>(&mut self, output: Result<T, Db::Error>) -> Result<T, Db::Error> {
        self.is_unsettled = false;
        match &output {
            Ok(_) => self.is_transient = false,
            Err(error) => self.note(error),
        }
        output
    }

    fn note(&mut self, error: &Db::Error) {
        let kept = || StatementError::new(error, Db::code(error));
        match Db::severity(error) {
            Severity::Harmless => return,
            Severity::Statement => self.is_doubtful = true,
            Severity::Transaction if self.failed.is_none() => self.failed = Some((kept(), self.savepoints)),
            Severity::Transaction => {}
            Severity::Connection => self.lose(TxError::Lost(kept())),
        }
        self.is_transient = Db::is_repeatable(error);
    }

    pub(super) fn here(&mut self) -> Result<&mut Held<Db>, TxError> {
        match &mut self.place {
            Place::Here(held) => Ok(held),
            Place::Ended => Err(TxError::lost(EndedByItself)),
            Place::Lost(error) => Err(error.clone()),
            Place::Away(..) => unreachable!("a connection that is away is waited for first"),
        }
    }

    pub(super) fn lose(&mut self, error: TxError) {
        self.place = Place::Lost(error);
        self.is_transient = false;
    }

    /// Waits for a connection that is away, and for a statement that was dropped.
    pub(super) async fn settle(&mut self) {
        if let Place::Away(back, is_cut) = &mut self.place {
            if !is_cut.load(Ordering::Relaxed) {
                self.lose(TxError::Escaped);
                return;
            }
            match back.await {
                // Nobody has heard of it, and what it was to do may be what keeps rows from being committed.
                Ok((_, Outcome::Failed(error))) => self.lose(error),
                // What is undone next may have failed.
                Ok((held, Outcome::Stuck(_))) if !self.undo.is_empty() => self.place = Place::Here(held),
                Ok((held, outcome)) => self.back(held, outcome).await,
                Err(gone) => self.lose(TxError::lost(gone)),
            }
        }
        if let (true, Place::Here(held)) = (self.is_unsettled, &mut self.place) {
            let settled = Db::settle(held.link()).await;
            self.is_unsettled = false;
            // It may have gone so that the transaction has ended.
            self.is_doubtful = true;
            if let Err(error) = settled {
                // What is undone next may have failed.
                if self.undo.is_empty() || Db::severity(&error) == Severity::Connection {
                    self.note(&error);
                }
            }
        }
    }

    /// Does everything that has to be done before the next statement.
    pub(super) async fn prepare(&mut self) -> Result<(), TxError> {
        self.settle().await;
        if let Some(due) = self.due() {
            self.here()?;
            self.control(due, Vec::new()).await.inspect_err(|error| {
                if matches!(self.place, Place::Here(_)) && !matches!(error, TxError::Failed(_)) {
                    self.lose(error.clone());
                }
            })?;
        }
        self.stands()
    }

    /// Whether another statement may run.
    pub(super) fn stands(&mut self) -> Result<(), TxError> {
        if let Some((cause, _)) = &self.failed {
            return Err(TxError::Failed(cause.clone()));
        }
        self.here().map(drop)
    }

    /// What has to be done before the next statement.
    pub(super) fn due(&mut self) -> Option<Due> {
        // In a transaction that has failed only an undo is of use, and what it undoes nobody has to ask about.
        let is_stuck = self.failed.is_some();
        let guard = match (self.is_guarded, is_stuck, self.undo.is_empty()) {
            (false, ..) | (true, true, true) => None,
            (true, false, true) => Some(format!("RELEASE {GUARD}")),
            // It stands in what is undone, and tells what was ended from inside from what only failed.
            (true, _, false) => Some(format!("ROLLBACK TO {GUARD}")),
        };
        self.is_guarded &= guard.is_none();
        let due =
            Due { is_doubtful: mem::take(&mut self.is_doubtful) && !is_stuck, guard, statements: mem::take(&mut self.undo) };
        (due.is_doubtful || due.guard.is_some() || !due.statements.is_empty()).then_some(due)
    }

    /// What has to be done before the transaction is rolled back: nothing is undone alone any more.
    pub(super) fn due_at_rollback(&mut self) -> Due {
        // This works also where a statement has failed.
        let guard = if self.is_guarded { Some(format!("ROLLBACK TO {GUARD}")) } else { None };
        Due { is_doubtful: mem::take(&mut self.is_doubtful) && self.failed.is_none(), guard, statements: Vec::new() }
    }

    /// Statements that can not be cut. If their caller is, `after_cut` undoes them.
    pub(super) async fn control(&mut self, due: Due, after_cut: Vec<String>) -> Result<(), TxError> {
        self.here()?;
        let (send, back) = oneshot::channel();
        let is_cut = Arc::new(AtomicBool::new(false));
        let _cut = Cut(Arc::clone(&is_cut));
        let is_guarded = due.guard.is_some();
        let Place::Here(mut held) = mem::replace(&mut self.place, Place::Away(back, is_cut)) else {
            unreachable!("the connection is here")
        };
        let run = async move {
            let outcome = held.run(due).await;
            (held, outcome)
        };
        // Cancelled here, the connection stays away until the statements and what undoes them are through.
        let run = Unbroken::new(self.origin.about.clone(), self.runtime.clone(), run, |(mut held, outcome)| async move {
            let outcome = match outcome {
                Outcome::Done => held.run(Due { statements: after_cut, ..Due::default() }).await,
                other => other,
            };
            // Where nobody waits any more the connection is discarded, since it is inside a transaction.
            drop(send.send((held, outcome)));
        });
        let (held, outcome) = run.await;
        let failed = match &outcome {
            Outcome::Done => None,
            Outcome::Ended => Some(TxError::lost(EndedByItself)),
            Outcome::EndedInside => Some(TxError::EndedInside),
            Outcome::Stuck(cause) => Some(TxError::Failed(cause.clone())),
            Outcome::Failed(error) => Some(error.clone()),
        };
        // In a transaction that has failed it could not be looked at.
        self.is_guarded |= is_guarded && matches!(outcome, Outcome::Stuck(_));
        self.back(held, outcome).await;
        match failed {
            None => Ok(()),
            Some(error) => {
                // What went wrong here may have ended the transaction, too.
                self.is_doubtful |= matches!(self.place, Place::Here(_)) && self.failed.is_none();
                Err(error)
            }
        }
    }

    /// The connection is back from such statements.
    pub(super) async fn back(&mut self, held: Held<Db>, outcome: Outcome) {
        match outcome {
            Outcome::Done | Outcome::Failed(_) => self.place = Place::Here(held),
            Outcome::Stuck(cause) => {
                self.failed.get_or_insert((cause, self.savepoints));
                self.place = Place::Here(held);
            }
            Outcome::Ended => {
                // First: this may be dropped below.
                self.place = Place::Ended;
                drop(held.let_go().await);
            }
            Outcome::EndedInside => self.lose(TxError::EndedInside),
        }
    }

    /// The same session for somebody else, who ends it. Nothing is left of it here.
    pub(super) fn moved(&mut self) -> Self {
        let place = mem::replace(&mut self.place, Place::Lost(TxError::lost(Over)));
        let mut moved = Self::new(place, self.origin.clone(), self.runtime.clone(), self.begun);
        (moved.is_unsettled, moved.is_doubtful, moved.is_guarded) = (self.is_unsettled, self.is_doubtful, self.is_guarded);
        moved.failed = self.failed.take();
        moved.hooks = self.hooks.take();
        self.is_open = false;
        moved
    }

    pub(super) fn runtime(&self) -> &Handle {
        &self.runtime
    }
}

impl<Db: Database> Drop for Session<Db> {
    fn drop(&mut self) {
        if !self.is_open {
            return;
        }
        // Not marked as open: if the runtime is gone and drops this unrun, the connection is discarded and that is all.
        let rest = self.moved();
        hand_over(&self.runtime, self.origin.about.clone(), Scope::new(), rest.abandoned());
    }
}

/// Why a transaction did not begin.
pub(super) struct BeginError<Db: Database> {
    pub(super) error: TxError,
    pub(super) is_transient: bool,
    /// The connection, if it is good for another try.
    pub(super) link: Option<Db::Link>,
}

impl<Db: Database> fmt::Debug for Session<Db> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("is_open", &self.is_open).field("savepoints", &self.savepoints).finish_non_exhaustive()
    }
}

/// Says that it was dropped.
struct Cut(Arc<AtomicBool>);

impl Drop for Cut {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The transaction was over.
#[derive(Debug)]
pub(super) struct Over;

impl fmt::Display for Over {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the transaction has ended")
    }
}

impl std::error::Error for Over {}

/// A failed statement took the whole transaction with it.
#[derive(Debug)]
pub(super) struct EndedByItself;

impl fmt::Display for EndedByItself {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the transaction has ended: a statement that failed took it along, or one ended it")
    }
}

impl std::error::Error for EndedByItself {}
