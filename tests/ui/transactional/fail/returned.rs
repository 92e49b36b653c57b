use sqlx::Sqlite;
use weftwork::{Begin, Tx, TxError, transactional};

#[transactional(tx)]
async fn open<'a>(tx: impl Begin<Sqlite>) -> Result<&'a mut Tx<Sqlite>, TxError> {
    Ok(&mut *tx)
}

fn main() {}
