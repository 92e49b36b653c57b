//! T77: it begins anew by itself.
use sqlx::Sqlite;
use weftwork::{Begin, TxError, transactional};

#[transactional(tx, retry = 5, clone(tx))]
async fn transfer(tx: impl Begin<Sqlite>) -> Result<(), TxError> {
    tx.connection().await?;
    Ok(())
}

fn main() {}
