//! What a database has to offer.

use std::error::Error;
use std::future::Future;

/// A database that transactions run on.
///
/// Implemented for `sqlx::Sqlite` with the feature `sqlite`.
pub trait Database: Send + Sync + 'static {
    /// An open connection. Dropping it makes it usable for others, so that happens outside of a transaction only.
    type Link: Send + 'static;
    /// What statements fail with.
    type Error: Error + Send + Sync + 'static;

    /// The statement that begins a transaction.
    const BEGIN: &'static str;

    /// Runs a statement that begins, ends or divides a transaction.
    fn control(link: &mut Self::Link, statement: String) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Waits until a statement whose future was dropped has come to its end.
    fn settle(link: &mut Self::Link) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Whether the transaction that was begun is still open. Asked after a statement has failed, since that may have ended it.
    fn is_open(link: &mut Self::Link) -> impl Future<Output = Result<bool, Self::Error>> + Send;

    /// Gets rid of a connection that may not be used again.
    fn discard(link: Self::Link);
}
