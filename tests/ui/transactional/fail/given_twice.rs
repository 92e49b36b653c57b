//! T45: one of them has to go.
use sqlx::Sqlite;
use weftwork::{Begin, TxError, transactional};

#[transactional(tx, isolation = serializable, isolation = read_committed)]
async fn transfer(tx: impl Begin<Sqlite>) -> Result<(), TxError> {
    tx.connection().await?;
    Ok(())
}

#[transactional(tx, commit_on(TxError::Escaped), commit_on(TxError::Doomed { .. }))]
async fn report(tx: impl Begin<Sqlite>) -> Result<(), TxError> {
    tx.connection().await?;
    Ok(())
}

fn main() {}
