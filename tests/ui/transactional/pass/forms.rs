#![deny(warnings)]

use sqlx::{Executor, Sqlite, SqliteConnection, SqlitePool};
use weftwork::{Begin, Tx, TxError, transactional};

async fn reading(tx: &mut Tx<Sqlite>) -> Result<i64, TxError> {
    tx.connection().await?;
    Ok(1)
}

#[transactional(tx)]
pub async fn unused(tx: impl Begin<Sqlite>) -> Result<(), TxError> {
    Ok(())
}

#[transactional(tx)]
pub async fn by_method(tx: impl Begin<Sqlite>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    tx.connection().await?;
    tx.execute("SELECT 1").await?;
    Ok(())
}

#[transactional(tx)]
pub async fn borrowed<S>(tx: S) -> Result<i64, TxError>
where
    S: Begin<Sqlite>,
{
    unused(&mut tx).await?;
    reading(&mut tx).await?;
    reading(&mut *tx).await
}

#[transactional(tx = pool)]
pub async fn of_a_name(pool: &SqlitePool) -> Result<i64, TxError> {
    borrowed(&mut tx).await
}

#[transactional(tx = connection)]
pub async fn of_a_connection(connection: SqliteConnection) -> Result<i64, TxError> {
    reading(&mut tx).await
}

fn main() {}
