//! T45: the words are few.
use sqlx::Sqlite;
use weftwork::{Begin, TxError, transactional};

#[transactional(tx, propagation = mandatory)]
async fn transfer(tx: impl Begin<Sqlite>) -> Result<(), TxError> {
    tx.connection().await?;
    Ok(())
}

fn main() {}
