//! What can go wrong with a transaction besides the body's own errors.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::options::Isolation;
use crate::policy::timeout::Elapsed;
use crate::report::{Report, ReportKind, chain, report};
use crate::scope::About;

pub(super) type Cause = Arc<dyn Error + Send + Sync>;

/// A transaction that could not begin, go on or end. Of all but [`Unknown`](Self::Unknown) nothing is committed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum TxError {
    /// No connection, or no transaction on it. The body has not run.
    Begin(Cause),
    /// It would wait for itself: it asks for a connection while the transactions around it hold all of them, or, on SQLite, to write
    /// while one of them does. The body has not run. Hand `tx` on to join instead.
    WouldWaitForItself {
        /// The functions that hold what this one asks for, outermost first, and this one.
        functions: Vec<&'static str>,
    },
    /// The call asks for a stricter isolation than the transaction has that it joins. The body has not run.
    TooWeak {
        /// The function that would have joined.
        function: &'static str,
        /// What it asks for.
        asked: Isolation,
        /// What there is, as far as that is certain.
        outer: Isolation,
    },
    /// A call that may write joins a transaction that may not. The body has not run.
    ReadOnly {
        /// The function that would have joined.
        function: &'static str,
    },
    /// The time of the option `timeout` was over, which always means that nothing is committed.
    TimedOut(Elapsed),
    /// A statement has failed, and so this database refuses all others and to commit. The cause is that statement's error.
    Failed(Cause),
    /// The database refused to commit, and has rolled back.
    Commit(Cause),
    /// A hook of [`before_commit`](crate::Tx::before_commit) has failed.
    BeforeCommit(Cause),
    /// A savepoint could not be set, released or undone.
    Savepoint(Cause),
    /// The connection was lost, or the transaction ended on its own. Statements are refused, so that none runs outside of it.
    Lost(Cause),
    /// Something inside had ended the transaction: a COMMIT or ROLLBACK in a text of several statements. What stood before it may be
    /// committed by that.
    EndedInside,
    /// A call that had joined the transaction failed, and its caller went on all the same.
    Doomed {
        /// The function that had joined.
        function: &'static str,
        /// Its error, if it has one that can be shown; none if it was dropped, panicked, or asked for the rollback by `rollback_if`.
        cause: Option<Cause>,
    },
    /// The body does not have its own `Tx` any more: it was swapped with another transaction's, or lent to a future that was
    /// leaked. Nobody can say what belongs to which transaction, so all that are concerned are rolled back.
    Escaped,
    /// The reply to COMMIT was lost, and the server could not be asked, or says that it is committed and has started again in between,
    /// which is not certain: it may be committed or not. Never repeated by `retry`.
    Unknown {
        /// What happened to the connection.
        cause: Cause,
        /// What the database calls the transaction, for whoever looks it up there; PostgreSQL: for `pg_xact_status`.
        id: Option<String>,
    },
}

impl TxError {
    /// No connection to begin on: for drivers that implement [`Begin`](crate::Begin).
    pub fn begin(cause: impl Error + Send + Sync + 'static) -> Self {
        Self::Begin(Arc::new(cause))
    }

    pub(super) fn lost(cause: impl Error + Send + Sync + 'static) -> Self {
        Self::Lost(Arc::new(cause))
    }

    /// The same trouble, met at the end of the transaction.
    pub(super) fn at_commit(self) -> Self {
        match self {
            Self::Lost(cause) => Self::Commit(cause),
            other => other,
        }
    }

    /// The same trouble, met at a savepoint.
    pub(super) fn at_savepoint(self) -> Self {
        match self {
            Self::Lost(cause) => Self::Savepoint(cause),
            other => other,
        }
    }
}

impl fmt::Display for TxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Begin(_) => f.write_str("could not begin a transaction"),
            Self::WouldWaitForItself { functions } => {
                f.write_str("the transaction would wait for itself:")?;
                for (place, function) in functions.iter().enumerate() {
                    write!(f, "{} `{function}`", if place == 0 { "" } else { " >" })?;
                }
                f.write_str(", hand `tx` on to join")
            }
            Self::TooWeak { function, asked, outer } => write!(
                f,
                "`{function}` asks for the isolation {} and would join a transaction with {}, ask for it outermost",
                asked.sql(),
                outer.sql()
            ),
            Self::ReadOnly { function } => write!(f, "`{function}` may write and would join a transaction that is `read_only`"),
            Self::TimedOut(elapsed) => write!(f, "{elapsed}, the transaction is rolled back"),
            Self::Failed(_) => f.write_str("a statement has failed, the transaction can only be rolled back"),
            Self::Commit(_) => f.write_str("could not commit, the transaction is rolled back"),
            Self::BeforeCommit(_) => f.write_str("a hook before the commit has failed, the transaction is rolled back"),
            Self::Savepoint(_) => f.write_str("could not set or leave a savepoint"),
            Self::Lost(_) => f.write_str("the transaction was lost, it is not committed"),
            Self::EndedInside => f.write_str("the transaction was ended from inside, by a statement of its own"),
            Self::Doomed { function, .. } => {
                write!(f, "`{function}` failed inside the transaction, which is rolled back although its caller went on")
            }
            Self::Escaped => f.write_str("the `Tx` was swapped or leaked, the transaction is rolled back"),
            Self::Unknown { id, .. } => {
                f.write_str("the reply to COMMIT was lost, whether the transaction ")?;
                if let Some(id) = id {
                    write!(f, "{id} ")?;
                }
                f.write_str("is committed could not be found out")
            }
        }
    }
}

impl Error for TxError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Begin(cause)
            | Self::Failed(cause)
            | Self::Commit(cause)
            | Self::BeforeCommit(cause)
            | Self::Savepoint(cause)
            | Self::Lost(cause)
            | Self::Unknown { cause, .. } => Some(&**cause),
            Self::Doomed { cause, .. } => cause.as_deref().map(|cause| cause as _),
            Self::TimedOut(elapsed) => Some(elapsed),
            Self::WouldWaitForItself { .. }
            | Self::TooWeak { .. }
            | Self::ReadOnly { .. }
            | Self::EndedInside
            | Self::Escaped => None,
        }
    }
}

/// What is kept of an error that somebody else has got.
#[derive(Debug)]
pub struct StatementError {
    message: String,
    code: Option<String>,
}

impl StatementError {
    pub(super) fn new(error: &dyn Error, code: Option<String>) -> Arc<Self> {
        Arc::new(Self { message: chain(error), code })
    }

    /// Of an error of which only the text is known.
    pub(super) fn text(message: String) -> Arc<Self> {
        Arc::new(Self { message, code: None })
    }

    /// What the database calls it, such as the SQLSTATE `23505`; `None` if the error was not the database's.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }
}

impl fmt::Display for StatementError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for StatementError {}

/// Tells of trouble with a transaction that nobody gets as an error.
pub(super) fn tell(about: &About, what: &str, error: &dyn Error) {
    tell_text(about, &format!("{what}: {}", chain(error)));
}

/// The same where there is only a text.
pub(super) fn tell_text(about: &About, message: &str) {
    report(&Report::new(ReportKind::TransactionFailed, about.name.clone(), message.to_owned()).at(about.place));
}
