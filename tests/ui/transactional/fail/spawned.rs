use sqlx::Sqlite;
use weftwork::{Begin, Tx, TxError, transactional};

async fn audit(_tx: &mut Tx<Sqlite>) {}

#[transactional(tx)]
async fn transfer(tx: impl Begin<Sqlite>) -> Result<(), TxError> {
    tokio::spawn(async move { audit(&mut tx).await });
    Ok(())
}

fn main() {}
