use sqlx::Sqlite;
use weftwork::{Tx, TxError, savepoint};

async fn order(tx: &mut Tx<Sqlite>) -> Result<(), TxError> {
    savepoint!(tx).await
}

fn main() {}
