use sqlx::SqlitePool;
use weftwork::{TxError, transactional};

#[transactional(tx =)]
async fn transfer(pool: &SqlitePool) -> Result<(), TxError> {
    Ok(())
}

fn main() {}
