//! What a database has to offer.

use std::error::Error;
use std::future::{Future, ready};

use super::options::{Isolation, Terms};

/// A database that transactions run on.
///
/// Implemented for `sqlx::Sqlite` and `sqlx::Postgres` with the features `sqlite` and `postgres`. Another driver implements it for
/// itself, and [`Begin`](crate::Begin) for what its transactions begin on.
///
/// # Cancel safety
/// None is asked of [`begin`](Self::begin), [`control`](Self::control), [`commit`](Self::commit), [`standing`](Self::standing) and
/// [`tidy`](Self::tidy): their futures are always polled to their end as long as there is a runtime. Those of
/// [`acquire`](Self::acquire) and [`settle`](Self::settle) may be dropped; the latter is then asked for again.
pub trait Database: Send + Sync + 'static {
    /// Where connections come from.
    type Pool: Clone + Send + Sync + 'static;
    /// An open connection. Dropping it makes it usable for others, so that happens outside of a transaction only.
    type Link: Send + 'static;
    /// What statements fail with.
    type Error: Error + Send + Sync + 'static;

    /// The isolation of a transaction that asks for none, as far as that is certain.
    const ISOLATION: Isolation;
    /// The weakest isolation that there is: what asks for less has this one.
    const WEAKEST: Isolation = Isolation::ReadUncommitted;
    /// Whether [`interrupt`](Self::interrupt) does something.
    const INTERRUPTS: bool = false;

    /// A connection of the pool, outside of a transaction. It may wait for one; an error is [`TxError::Begin`](crate::TxError::Begin).
    fn acquire(pool: &Self::Pool) -> impl Future<Output = Result<Self::Link, Self::Error>> + Send;

    /// What a transaction on this pool takes, and can not share with those around it: where they hold all of it, a further one would
    /// wait for itself. Nothing, if it is not said.
    fn takes(_pool: &Self::Pool, _terms: &Terms) -> [Option<Share>; 2] {
        [None; 2]
    }

    /// Begins a transaction. An isolation that the database lacks is strengthened, never weakened. Behind an error the connection is
    /// outside of a transaction, or lost.
    fn begin(link: &mut Self::Link, terms: &Terms) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Runs a statement that divides a transaction, or rolls it back: `SAVEPOINT weftwork_1`, `RELEASE weftwork_1`,
    /// `ROLLBACK TO weftwork_1`, `ROLLBACK`, and the same with `weftwork_guard`. Behind an error of `ROLLBACK` the connection is discarded.
    fn control(link: &mut Self::Link, statement: String) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Commits. Without one of its own it is the statement `COMMIT`, and an error of that leaves the transaction open.
    fn commit(link: &mut Self::Link) -> impl Future<Output = Result<(), NotCommitted<Self::Error>>> + Send {
        async { Self::control(link, "COMMIT".to_owned()).await.map_err(NotCommitted::Open) }
    }

    /// Waits until a statement whose future was dropped has come to its end, and says how it has failed if the database tells only now.
    fn settle(link: &mut Self::Link) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// How the transaction stands. Asked when something may have ended it.
    fn standing(link: &mut Self::Link) -> impl Future<Output = Result<Standing<Self::Error>, Self::Error>> + Send;

    /// Ends the statement that runs, so that its locks are free; asked before a rollback if a statement was dropped and still runs. The
    /// future does not keep the connection, and once polled is polled to its end while that is still the transaction's.
    fn interrupt(_link: &Self::Link) -> impl Future<Output = ()> + Send + 'static {
        ready(())
    }

    /// What an error means for the transaction.
    fn severity(error: &Self::Error) -> Severity;

    /// Whether another run of the whole transaction may succeed where this one failed: a serialization failure, a deadlock, a
    /// database that is busy. Not, if it is not said.
    fn is_repeatable(_error: &Self::Error) -> bool {
        false
    }

    /// What the database calls an error, as a SQLSTATE.
    fn code(_error: &Self::Error) -> Option<String> {
        None
    }

    /// Takes back what [`begin`](Self::begin) has set on the connection beyond the transaction. Called outside of it, before the
    /// connection goes back; a connection that can not be tidied is discarded.
    fn tidy(_link: &mut Self::Link) -> impl Future<Output = Result<(), Self::Error>> + Send {
        ready(Ok(()))
    }

    /// Gets rid of a connection that may not be used again, since it may be inside a transaction. Called on any thread.
    fn discard(link: Self::Link);
}

/// Why there was no commit.
#[derive(Debug)]
#[non_exhaustive]
pub enum NotCommitted<E> {
    /// The transaction is still open: it may be committed again if the error is transient, or else is to be rolled back.
    Open(E),
    /// The database has rolled it back. This error says why.
    RolledBack(E),
    /// There was no transaction any more: something inside of it had ended it.
    Ended,
    /// The connection was lost, and it can not be found out whether the transaction was committed.
    Unknown {
        /// What happened to the connection.
        cause: E,
        /// What the database calls the transaction.
        id: Option<String>,
    },
}

/// How a transaction stands that something may have ended.
#[derive(Debug)]
pub enum Standing<E> {
    /// It goes on.
    Open,
    /// It is over, and nothing else has begun.
    Ended,
    /// A statement has failed in it, and it can only be rolled back.
    Failed(E),
}

/// What an error of a statement means for its transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Nothing: the statement did not get as far as the database.
    Harmless,
    /// The statement failed. Whether the transaction goes on is [asked](Database::standing).
    Statement,
    /// The transaction can only be rolled back, or undone to a savepoint.
    Transaction,
    /// The connection is gone.
    Connection,
}

/// Something that transactions take and of which there are only so many: see [`Database::takes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// What it is: no two things have the same number.
    pub of: usize,
    /// How many there are.
    pub limit: usize,
}
