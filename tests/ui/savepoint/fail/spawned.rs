use sqlx::Sqlite;
use weftwork::{Tx, TxError, savepoint};

async fn audit(_tx: &mut Tx<Sqlite>) -> Result<(), TxError> {
    Ok(())
}

async fn order(tx: &mut Tx<Sqlite>) -> Result<(), TxError> {
    savepoint!(tx, async || -> Result<(), TxError> {
        tokio::spawn(async move { audit(&mut tx).await });
        Ok(())
    })
    .await
}

fn main() {}
