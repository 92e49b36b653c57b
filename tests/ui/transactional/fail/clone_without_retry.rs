//! T77: a body that runs once needs no copies.
use sqlx::Sqlite;
use weftwork::{Begin, TxError, transactional};

#[transactional(tx, clone(name))]
async fn transfer(tx: impl Begin<Sqlite>, name: String) -> Result<String, TxError> {
    tx.connection().await?;
    Ok(name)
}

fn main() {}
