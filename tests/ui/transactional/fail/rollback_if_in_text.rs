//! T31: it is no text.
use sqlx::Sqlite;
use weftwork::{Begin, TxError, transactional};

#[transactional(tx, rollback_if = "is_empty")]
async fn transfer(tx: impl Begin<Sqlite>) -> Result<u64, TxError> {
    tx.connection().await?;
    Ok(1)
}

fn main() {}
