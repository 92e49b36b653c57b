//! T31: a question is answered by yes or no.
use sqlx::Sqlite;
use weftwork::{Begin, TxError, transactional};

#[transactional(tx, rollback_if = |rows| *rows)]
async fn transfer(tx: impl Begin<Sqlite>) -> Result<u64, TxError> {
    Ok(1)
}

fn main() {}
