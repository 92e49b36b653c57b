//! T29: the error is of another type.
use sqlx::Sqlite;
use weftwork::{Begin, TxError, transactional};

#[transactional(tx, commit_on(None))]
async fn transfer(tx: impl Begin<Sqlite>) -> Result<(), TxError> {
    tx.connection().await?;
    Ok(())
}

fn main() {}
