//! T45: a slip of the pen.
use sqlx::Sqlite;
use weftwork::{Begin, TxError, transactional};

#[transactional(tx, isolatoin = serializable, comit_on(TxError::Escaped))]
async fn transfer(tx: impl Begin<Sqlite>) -> Result<(), TxError> {
    tx.connection().await?;
    Ok(())
}

fn main() {}
