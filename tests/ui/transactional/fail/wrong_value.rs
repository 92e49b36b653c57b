use sqlx::Sqlite;
use weftwork::{Begin, TxError, transactional};

#[transactional(tx)]
async fn transfer(tx: impl Begin<Sqlite>) -> Result<i64, TxError> {
    Ok("text")
}

fn main() {}
