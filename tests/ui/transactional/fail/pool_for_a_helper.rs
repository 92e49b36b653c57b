use sqlx::{Sqlite, SqlitePool};
use weftwork::{Tx, TxError};

async fn debit(_tx: &mut Tx<Sqlite>, _cents: i64) -> Result<(), TxError> {
    Ok(())
}

async fn transfer(pool: &SqlitePool) -> Result<(), TxError> {
    debit(pool, 100).await
}

fn main() {}
