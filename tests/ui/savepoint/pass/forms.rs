#![deny(warnings)]

use sqlx::Sqlite;
use weftwork::{Begin, Tx, TxError, savepoint, transactional};

async fn audit(tx: &mut Tx<Sqlite>, n: i64) -> Result<i64, TxError> {
    tx.connection().await?;
    Ok(n)
}

#[transactional(tx)]
pub async fn order(tx: impl Begin<Sqlite>) -> Result<i64, TxError> {
    let a = savepoint!(tx, { audit(&mut tx, 1).await }).await?;
    let b = savepoint!(tx, { audit(&mut tx, 2).await }).await?;
    let c = savepoint!(tx, async || -> Result<i64, TxError> { Ok(3) }).await?;
    let d = savepoint!(tx, { savepoint!(tx, { audit(&mut tx, 4).await }).await }).await?;
    Ok(a + b + c + d)
}

pub async fn helper(tx: &mut Tx<Sqlite>) -> Result<i64, TxError> {
    savepoint!(tx, { audit(&mut tx, 1).await }).await
}

pub async fn of_another_name(transaction: &mut Tx<Sqlite>) -> Result<i64, TxError> {
    savepoint!(transaction, { audit(&mut transaction, 1).await }).await
}

fn main() {}
