//! T45: it stands alone.
use sqlx::Sqlite;
use weftwork::{Begin, TxError, transactional};

#[transactional(tx, read_only = true)]
async fn transfer(tx: impl Begin<Sqlite>) -> Result<(), TxError> {
    tx.connection().await?;
    Ok(())
}

fn main() {}
