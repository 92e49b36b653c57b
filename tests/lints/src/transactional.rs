//! `#[transactional]` and `savepoint!`.

use weftwork::{Begin, Database, Tx, TxError, savepoint, transactional};

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
