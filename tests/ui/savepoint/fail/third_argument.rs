use sqlx::Sqlite;
use weftwork::{Tx, TxError, savepoint};

async fn audit(_tx: &mut Tx<Sqlite>) -> Result<(), TxError> {
    Ok(())
}

async fn order(tx: &mut Tx<Sqlite>) -> Result<(), TxError> {
    savepoint!(tx, { audit(&mut tx).await }, name = "audit").await
}

fn main() {}
