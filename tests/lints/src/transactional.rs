//! `#[transactional]` and `savepoint!`.

use std::time::Duration;

use weftwork::{Begin, Database, Tx, TxError, retry, savepoint, timeout, transactional};

/// The body does nothing with the transaction.
///
/// # Errors
/// When the transaction fails.
#[transactional(tx)]
pub async fn unused<Db: Database>(tx: impl Begin<Db>) -> Result<(), TxError> {
    Ok(())
}

/// The body has methods called on it only.
///
/// # Errors
/// When the transaction fails.
#[transactional(tx)]
pub async fn by_method<Db: Database>(tx: impl Begin<Db>) -> Result<(), TxError> {
    tx.connection().await.map(drop)
}

/// The body borrows it.
///
/// # Errors
/// When the transaction fails.
#[transactional(tx)]
pub async fn borrowed<Db: Database>(tx: impl Begin<Db>) -> Result<u8, TxError> {
    unused(&mut tx).await?;
    let first = part(&mut tx).await?;
    let second = part(&mut tx).await?;
    Ok(first + second)
}

/// A helper.
///
/// # Errors
/// When the transaction fails.
pub async fn part<Db: Database>(tx: &mut Tx<Db>) -> Result<u8, TxError> {
    let unused = savepoint!(tx, async || -> Result<u8, TxError> { Ok(1) }).await?;
    let used = savepoint!(tx, { nothing(&mut tx).await }).await?;
    let nested = savepoint!(tx, { savepoint!(tx, { nothing(&mut tx).await }).await }).await?;
    Ok(unused + used + nested)
}

async fn nothing<Db: Database>(tx: &mut Tx<Db>) -> Result<u8, TxError> {
    tx.connection().await?;
    Ok(0)
}

/// A service.
#[derive(Debug)]
pub struct Service<S> {
    sources: S,
}

impl<S> Service<S> {
    /// The source is an expression.
    ///
    /// # Errors
    /// When the transaction fails.
    #[transactional(tx = self.sources)]
    pub async fn of_a_field<Db>(&self) -> Result<u8, TxError>
    where
        Db: Database,
        S: Sync,
        for<'a> &'a S: Begin<Db>,
    {
        borrowed(&mut tx).await
    }
}

/// The source is the value of another name.
///
/// # Errors
/// When the transaction fails.
#[transactional(tx = source)]
pub async fn of_a_name<Db: Database>(source: impl Begin<Db>) -> Result<u8, TxError> {
    borrowed(&mut tx).await
}

// ---- options ----

/// All of them, written down.
///
/// # Errors
/// When the transaction fails.
#[transactional(
    tx,
    isolation = serializable,
    read_only,
    propagation = nested,
    retry = 5,
    timeout = 2s,
    rollback_if = |value| *value > 9,
    commit_on(TxError::Escaped | TxError::Doomed { .. })
)]
pub async fn all_options<Db: Database>(tx: impl Begin<Db>) -> Result<u8, TxError> {
    borrowed(&mut tx).await
}

/// A question, and a pattern that takes every error.
///
/// # Errors
/// When the transaction fails.
#[transactional(tx, rollback_if = String::is_empty, commit_on(_))]
pub async fn verdict<Db: Database>(tx: impl Begin<Db>, text: String) -> Result<String, TxError> {
    borrowed(&mut tx).await?;
    Ok(text)
}

/// Arguments that are read behind the body.
///
/// # Errors
/// When the transaction fails.
#[transactional(tx, rollback_if = |value| *value > most, commit_on(TxError::Escaped if most > 3))]
pub async fn read_behind<Db: Database>(tx: impl Begin<Db>, most: u8) -> Result<u8, TxError> {
    borrowed(&mut tx).await
}

/// What the runs get copies of.
///
/// # Errors
/// When the transaction fails.
#[transactional(tx, retry = 3, clone(name, list))]
pub async fn copies<Db: Database>(tx: impl Begin<Db>, name: String, mut list: Vec<String>) -> Result<Vec<String>, TxError> {
    unused(&mut tx).await?;
    list.push(name);
    Ok(list)
}

/// Options that are evaluated, in a stack.
///
/// # Errors
/// When the transaction fails.
#[timeout(8s)]
#[retry(attempts = 2, clone(source))]
#[transactional(tx = source, retry = most, timeout = patience * 2)]
#[timeout(2s)]
pub async fn evaluated<Db, S>(source: S, most: u32, patience: Duration) -> Result<u8, Box<dyn std::error::Error + Send + Sync>>
where
    Db: Database,
    S: Begin<Db> + Clone + Sync,
{
    Ok(borrowed(&mut tx).await?)
}
