//! T77: the same between other layers.
use sqlx::Sqlite;
use weftwork::{Begin, TxError, limit, transactional};

#[limit(4)]
#[transactional(tx, retry = 5)]
#[limit(100/s)]
async fn transfer(tx: impl Begin<Sqlite>, name: String) -> Result<Vec<u8>, TxError> {
    Ok(name.into_bytes())
}

fn main() {}
