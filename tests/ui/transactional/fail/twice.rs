use sqlx::Sqlite;
use weftwork::{Begin, TxError, transactional};

#[transactional(tx)]
#[transactional(tx)]
async fn transfer(tx: impl Begin<Sqlite>) -> Result<(), TxError> {
    Ok(())
}

fn main() {}
