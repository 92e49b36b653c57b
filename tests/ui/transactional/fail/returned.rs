use sqlx::Sqlite;
use weftwork::{Begin, TxError, TxMut, transactional};

#[transactional(tx)]
async fn open<'a>(tx: impl Begin<Sqlite>) -> Result<TxMut<'a, Sqlite>, TxError> {
    Ok(tx)
}

fn main() {}
