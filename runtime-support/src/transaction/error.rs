//! What can go wrong with a transaction besides the body's own errors.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::report::{Report, ReportKind, chain, report};
use crate::scope::About;

type Cause = Arc<dyn Error + Send + Sync>;

/// A transaction that could not begin, go on or end. Nothing of it is committed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum TxError {
    /// No connection, or no transaction on it. The body has not run.
    Begin(Cause),
    /// The database refused to commit, and has rolled back.
    Commit(Cause),
    /// A savepoint could not be set, released or undone.
    Savepoint(Cause),
    /// The connection was lost, or the transaction ended on its own. Statements are refused, so that none runs outside of it.
    Lost(Cause),
    /// A call that had joined the transaction failed, and its caller went on all the same.
    Doomed {
        /// The function that had joined.
        function: &'static str,
    },
    /// The body does not have its own `Tx` any more: it was swapped with another transaction's, or lent to a future that was
    /// leaked. Nobody can say what belongs to which transaction, so all that are concerned are rolled back.
    Escaped,
}

impl TxError {
    /// No connection to begin on: for drivers that implement [`Begin`](crate::Begin).
    pub fn begin(cause: impl Error + Send + Sync + 'static) -> Self {
        Self::Begin(Arc::new(cause))
    }

    pub(super) fn lost(cause: impl Error + Send + Sync + 'static) -> Self {
        Self::Lost(Arc::new(cause))
    }

    /// The same trouble, met at the start of the transaction.
    pub(super) fn at_begin(self) -> Self {
        match self {
            Self::Lost(cause) => Self::Begin(cause),
            other => other,
        }
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
            Self::Commit(_) => f.write_str("could not commit, the transaction is rolled back"),
            Self::Savepoint(_) => f.write_str("could not set or leave a savepoint"),
            Self::Lost(_) => f.write_str("the transaction was lost, it is not committed"),
            Self::Doomed { function } => {
                write!(f, "`{function}` failed inside the transaction, which is rolled back although its caller went on")
            }
            Self::Escaped => f.write_str("the `Tx` was swapped or leaked, the transaction is rolled back"),
        }
    }
}

impl Error for TxError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Begin(cause) | Self::Commit(cause) | Self::Savepoint(cause) | Self::Lost(cause) => Some(&**cause),
            Self::Doomed { .. } | Self::Escaped => None,
        }
    }
}

/// Tells of trouble with a transaction that nobody gets as an error.
pub(super) fn tell(about: &About, what: &str, error: &TxError) {
    let message = format!("{what}: {}", chain(error));
    report(&Report::new(ReportKind::TransactionFailed, about.name.clone(), message).at(about.place));
}
