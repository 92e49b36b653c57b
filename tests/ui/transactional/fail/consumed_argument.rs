//! T77: the body gives away what the next attempt needs.
use sqlx::Sqlite;
use weftwork::{Begin, TxError, transactional};

#[transactional(tx, retry = 5)]
async fn transfer(tx: impl Begin<Sqlite>, name: String) -> Result<Vec<u8>, TxError> {
    Ok(name.into_bytes())
}

fn main() {}
