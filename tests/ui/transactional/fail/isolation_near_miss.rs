//! T45: a word, and no value of a type.
use sqlx::Sqlite;
use weftwork::{Begin, TxError, transactional};

#[transactional(tx, isolation = Isolation::ReadCommitted)]
async fn transfer(tx: impl Begin<Sqlite>) -> Result<(), TxError> {
    tx.connection().await?;
    Ok(())
}

fn main() {}
