//! T29: one pattern, with `|` in it.
use sqlx::Sqlite;
use weftwork::{Begin, TxError, transactional};

#[transactional(tx, commit_on(TxError::Escaped, TxError::Doomed { .. }))]
async fn transfer(tx: impl Begin<Sqlite>) -> Result<(), TxError> {
    tx.connection().await?;
    Ok(())
}

fn main() {}
