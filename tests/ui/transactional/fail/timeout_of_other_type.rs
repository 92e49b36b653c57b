//! T41: it is a duration.
use sqlx::Sqlite;
use weftwork::{Begin, TxError, transactional};

#[transactional(tx, timeout = seconds)]
async fn transfer(tx: impl Begin<Sqlite>, seconds: u64) -> Result<(), TxError> {
    tx.connection().await?;
    Ok(())
}

fn main() {}
