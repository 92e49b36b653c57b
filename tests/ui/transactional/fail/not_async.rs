use sqlx::Sqlite;
use weftwork::{Begin, TxError, transactional};

#[transactional(tx)]
fn transfer(tx: impl Begin<Sqlite>) -> Result<(), TxError> {
    Ok(())
}

fn main() {}
