//! T29: the value of the arm is known.
use sqlx::Sqlite;
use weftwork::{Begin, TxError, transactional};

#[transactional(tx, commit_on(TxError::Escaped => true))]
async fn transfer(tx: impl Begin<Sqlite>) -> Result<(), TxError> {
    tx.connection().await?;
    Ok(())
}

fn main() {}
