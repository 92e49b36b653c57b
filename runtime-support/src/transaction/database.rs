//! What a database has to offer.

use std::error::Error;
use std::future::Future;

/// A database that transactions run on.
///
/// Implemented for `sqlx::Sqlite` with the feature `sqlite`. Another driver implements it for itself, and
/// [`Begin`](crate::Begin) for its pool by [`Opened::begin`](crate::Opened::begin).
///
/// # Cancel safety
/// None is asked for: the futures of [`control`](Self::control) and [`is_open`](Self::is_open) are always polled to their end as
/// long as there is a runtime. That of [`settle`](Self::settle) may be dropped, and is then asked for again.
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

    /// Whether the transaction that was begun is still open; after `false` none may be. Asked after a statement has failed or was
    /// dropped, since that may have ended the transaction.
    fn is_open(link: &mut Self::Link) -> impl Future<Output = Result<bool, Self::Error>> + Send;

    /// Gets rid of a connection that may not be used again, since it may be inside a transaction. Called on any thread.
    fn discard(link: Self::Link);
}
