//! T31: a question to another type.
use sqlx::Sqlite;
use weftwork::{Begin, TxError, transactional};

fn is_empty(text: &String) -> bool {
    text.is_empty()
}

#[transactional(tx, rollback_if = is_empty)]
async fn transfer(tx: impl Begin<Sqlite>) -> Result<u64, TxError> {
    Ok(1)
}

fn main() {}
