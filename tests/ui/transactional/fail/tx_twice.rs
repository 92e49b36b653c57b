use sqlx::SqlitePool;
use weftwork::{TxError, transactional};

#[transactional(tx = pool, tx = pool)]
async fn transfer(pool: &SqlitePool) -> Result<(), TxError> {
    Ok(())
}

fn main() {}
