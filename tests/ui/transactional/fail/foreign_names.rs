//! T45: what others call it.
use sqlx::Sqlite;
use weftwork::{Begin, TxError, transactional};

#[transactional(tx, read_write, times = 3, no_rollback_for = BankError)]
async fn transfer(tx: impl Begin<Sqlite>) -> Result<(), TxError> {
    tx.connection().await?;
    Ok(())
}

#[transactional(tx, isolation_level = serializable, backoff = 50ms..2s, requires_new)]
async fn report(tx: impl Begin<Sqlite>) -> Result<(), TxError> {
    tx.connection().await?;
    Ok(())
}

fn main() {}
