use sqlx::SqlitePool;
use weftwork::{TxError, savepoint};

async fn order(pool: &SqlitePool) -> Result<(), TxError> {
    savepoint!(pool, async || -> Result<(), TxError> { Ok(()) }).await
}

fn main() {}
