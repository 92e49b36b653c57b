//! `#[transactional]` with its options.

use std::time::Duration;

use weftwork::{savepoint, transactional, Begin, Database, Tx, TxError};

/// A helper.
///
/// # Errors
/// When the savepoint fails.
pub async fn part<Db: Database>(tx: &mut Tx<Db>) -> Result<u8, TxError> {
    savepoint!(tx, async || -> Result<u8, TxError> { Ok(1) }).await
}

/// Every option.
///
/// # Errors
/// When the transaction fails.
#[transactional(
    tx, isolation = serializable, read_only, propagation = nested, retry = 5, timeout = 2s,
    rollback_if = |value| *value > 9, commit_on(TxError::Escaped | TxError::Doomed { .. })
)]
pub async fn all_options<Db: Database>(tx: impl Begin<Db>) -> Result<u8, TxError> {
    part(&mut tx).await
}

/// A service.
#[derive(Debug)]
pub struct Service<S> {
    source: S,
    attempts: u32,
}

impl<S> Service<S> {
    /// Options that are evaluated, and copies of what is consumed.
    ///
    /// # Errors
    /// When the transaction fails.
    #[transactional(tx = self.source, retry = self.attempts, timeout = patience, clone(name))]
    pub async fn rename<Db>(&mut self, name: String, patience: Duration) -> Result<String, TxError>
    where
        Db: Database,
        S: Clone + Begin<Db>,
        for<'a> &'a S: Begin<Db>,
    {
        self.attempts += 1;
        part(&mut tx).await?;
        Ok(name)
    }
}
