use sqlx::Sqlite;
use weftwork::{Begin, TxError, transactional};

#[transactional(tx, rollback_for = BankError, times = 3, pool = POOL, txx = 1, isolated, wholly_else = 2)]
async fn transfer(tx: impl Begin<Sqlite>) -> Result<(), TxError> {
    Ok(())
}

fn main() {}
