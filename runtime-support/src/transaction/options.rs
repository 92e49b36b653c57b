//! How a transaction is asked for.

use std::time::Duration;

use crate::policy::retry::Retry;
use crate::policy::retry::backoff::Backoff;

/// How much transactions that run at the same time may see of each other, from the weakest to the strictest; so they are ordered.
///
/// A database that does not have one gives a stricter one, never a weaker one. From [`RepeatableRead`](Self::RepeatableRead) on,
/// PostgreSQL ends a transaction that would have to see more: ask for [`attempts`](TxOptions::attempts) too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Isolation {
    /// May see what others have not committed. No database here does: it is [`ReadCommitted`](Self::ReadCommitted) on PostgreSQL.
    ReadUncommitted,
    /// Each statement sees what was committed before it began.
    ReadCommitted,
    /// All statements see what was committed before the first one.
    RepeatableRead,
    /// As if one ran after the other. All transactions of SQLite are that.
    Serializable,
}

impl Isolation {
    /// As SQL writes it.
    pub(super) fn sql(self) -> &'static str {
        match self {
            Self::ReadUncommitted => "READ UNCOMMITTED",
            Self::ReadCommitted => "READ COMMITTED",
            Self::RepeatableRead => "REPEATABLE READ",
            Self::Serializable => "SERIALIZABLE",
        }
    }
}

/// What a call does that is given a `&mut Tx`. On a pool or a connection all of them begin a transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Propagation {
    /// It joins: committed with the caller's, and its failure rolls back the caller's.
    #[default]
    Required,
    /// It is a savepoint of the caller's: its failure undoes only itself.
    Nested,
    /// It is a transaction of its own, on a second connection of the same pool: committed although the caller's may be rolled back.
    RequiresNew,
}

/// What a transaction is to be like: the options of `#[transactional]` as a value.
///
/// ```
/// use weftwork::{Isolation, TxOptions, secs};
///
/// const CAREFUL: TxOptions = TxOptions::new().isolation(Isolation::Serializable).attempts(5).timeout(secs(2));
/// # let _ = CAREFUL;
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "options do nothing unless a transaction is run with them"]
pub struct TxOptions {
    pub(super) terms: Terms,
    pub(super) propagation: Propagation,
    pub(super) timeout: Option<Duration>,
    pub(super) attempts: u32,
}

/// What the database is told of a transaction: see [`Database::begin`](crate::Database::begin).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    pub(super) isolation: Option<Isolation>,
    pub(super) is_read_only: bool,
}

impl Terms {
    /// How it is isolated; `None` for the database's default.
    #[must_use]
    pub fn isolation(&self) -> Option<Isolation> {
        self.isolation
    }

    /// Whether it may not write.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.is_read_only
    }
}

impl TxOptions {
    /// A transaction that may write, with the isolation that the database gives by default, run once and without a limit of time.
    pub const fn new() -> Self {
        let terms = Terms { isolation: None, is_read_only: false };
        Self { terms, propagation: Propagation::Required, timeout: None, attempts: 1 }
    }

    /// With this isolation, or a stricter one where the database has none such. A call that would join a transaction with a weaker one
    /// fails with [`TxError::TooWeak`](crate::TxError::TooWeak), before its body runs.
    pub const fn isolation(mut self, isolation: Isolation) -> Self {
        self.terms.isolation = Some(isolation);
        self
    }

    /// Without writing: a statement that writes fails. A call that does not say so can not join such a transaction, which is
    /// [`TxError::ReadOnly`](crate::TxError::ReadOnly), before its body runs.
    pub const fn read_only(mut self) -> Self {
        self.terms.is_read_only = true;
        self
    }

    /// How it stands to a transaction that it is given; [`Propagation::Required`] if nothing is said.
    pub const fn propagation(mut self, propagation: Propagation) -> Self {
        self.propagation = propagation;
        self
    }

    /// Gives the wait for a connection, BEGIN and the body so much time, over all attempts. COMMIT is not limited: that the time was over
    /// always means that nothing is committed: it is [`TxError::TimedOut`](crate::TxError::TimedOut). With zero it is over as soon as
    /// something has to be waited for, which is mostly BEGIN; `Duration::MAX` is no limit. On a joined call it limits that call, and
    /// is capped by what is left of the outer call's time.
    pub const fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// Runs the whole body again if it failed by a serialization failure, a deadlock or a busy database, so often in all; the pauses grow
    /// from 10 milliseconds to a second, each a random part of that. No pause begins that would end behind the time of
    /// [`timeout`](Self::timeout), or behind the [`deadline`](crate::deadline()): then, and behind the last run, the last error comes out
    /// as it is. Where a transaction is joined it runs once: the outermost call repeats.
    ///
    /// # Panics
    /// If `attempts` is zero, since nothing would ever run. In a constant that is a compile error.
    #[track_caller]
    pub const fn attempts(mut self, attempts: u32) -> Self {
        assert!(attempts > 0, "a transaction of no attempts would never run");
        self.attempts = attempts;
        self
    }

    /// How it is repeated.
    pub(super) fn retry(&self) -> Retry {
        const PAUSES: Backoff = Backoff::doubling(Duration::from_millis(10), Duration::from_secs(1));
        Retry::attempts(self.attempts).backoff(PAUSES).jitter()
    }
}

impl Default for TxOptions {
    fn default() -> Self {
        Self::new()
    }
}
