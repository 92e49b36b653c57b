//! T41: a duration needs a unit.
use sqlx::Sqlite;
use weftwork::{Begin, TxError, transactional};

#[transactional(tx, timeout = 2)]
async fn transfer(tx: impl Begin<Sqlite>) -> Result<(), TxError> {
    tx.connection().await?;
    Ok(())
}

fn main() {}
