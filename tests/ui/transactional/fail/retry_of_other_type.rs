//! T44: it is a count.
use sqlx::Sqlite;
use weftwork::{Begin, TxError, transactional};

#[transactional(tx, retry = name.len())]
async fn transfer(tx: impl Begin<Sqlite>, name: &str) -> Result<(), TxError> {
    tx.connection().await?;
    Ok(())
}

fn main() {}
