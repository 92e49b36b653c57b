//! T29: a pattern is not a value.
use sqlx::Sqlite;
use weftwork::{Begin, TxError, transactional};

#[transactional(tx, commit_on = TxError::Escaped)]
async fn transfer(tx: impl Begin<Sqlite>) -> Result<(), TxError> {
    tx.connection().await?;
    Ok(())
}

fn main() {}
