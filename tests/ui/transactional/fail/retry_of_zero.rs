//! T44: nothing would ever run.
use sqlx::Sqlite;
use weftwork::{Begin, TxError, transactional};

#[transactional(tx, retry = 0)]
async fn transfer(tx: impl Begin<Sqlite>) -> Result<(), TxError> {
    tx.connection().await?;
    Ok(())
}

fn main() {}
