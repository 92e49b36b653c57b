use sqlx::Sqlite;
use weftwork::{Begin, Tx, TxError, gather, transactional};

async fn add(_tx: &mut Tx<Sqlite>, _account: i64) -> Result<(), TxError> {
    Ok(())
}

#[transactional(tx)]
async fn transfer(tx: impl Begin<Sqlite>) -> Result<(), TxError> {
    gather!(add(&mut tx, 1)?, add(&mut tx, 2)?).await?;
    Ok(())
}

fn main() {}
