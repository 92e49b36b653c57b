//! T31: it asks when the body is over.
use sqlx::Sqlite;
use weftwork::{Begin, TxError, transactional};

#[transactional(tx, rollback_if = |text| *text == limit)]
async fn transfer(tx: impl Begin<Sqlite>, limit: String) -> Result<String, TxError> {
    Ok(limit)
}

fn main() {}
