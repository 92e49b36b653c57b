//! T3, T7: the future is `Send` when the arguments are.

use std::cell::Cell;

use sqlx::{Sqlite, SqlitePool};
use weftwork::{Begin, Tx, transaction, transactional};
use weftwork_tests::store::StoreError;

/// As the response of a web framework: `Send`, and not `Sync`.
type Response = Box<dyn Fn() -> u32 + Send>;

#[transactional(tx)]
async fn respond(tx: impl Begin<Sqlite>) -> Result<Response, StoreError> {
    sqlx::query("SELECT 1").execute(&mut tx).await?;
    Ok(Box::new(|| 1))
}

#[transactional(tx, retry = 2, rollback_if = |cell: &Cell<u32>| cell.get() == 0)]
async fn cell(tx: impl Begin<Sqlite>) -> Result<Cell<u32>, StoreError> {
    sqlx::query("SELECT 1").execute(&mut tx).await?;
    Ok(Cell::new(1))
}

fn is_send(_: impl Send) {}

#[tokio::test]
async fn t3_values_that_are_not_sync() {
    let pool = SqlitePool::connect_lazy("sqlite::memory:").unwrap();
    is_send(respond(&pool));
    is_send(cell(&pool));
}

async fn borrowing(pool: &SqlitePool, name: &str) -> Result<u64, StoreError> {
    transaction(pool, async |tx: &mut Tx<Sqlite>| -> Result<u64, StoreError> {
        Ok(sqlx::query("SELECT ?").bind(name).execute(tx).await?.rows_affected())
    })
    .await
}

async fn owning(pool: &SqlitePool, name: String) -> Result<u64, StoreError> {
    transaction(pool, async |tx: &mut Tx<Sqlite>| -> Result<u64, StoreError> {
        Ok(sqlx::query("SELECT ?").bind(&name).execute(tx).await?.rows_affected())
    })
    .await
}

async fn moving(pool: &SqlitePool, n: i64) -> Result<u64, StoreError> {
    transaction(pool, async move |tx: &mut Tx<Sqlite>| -> Result<u64, StoreError> {
        Ok(sqlx::query("SELECT ?").bind(n).execute(tx).await?.rows_affected())
    })
    .await
}

async fn own_pool(pool: SqlitePool) -> Result<u64, StoreError> {
    transaction(&pool, async |tx: &mut Tx<Sqlite>| -> Result<u64, StoreError> {
        Ok(sqlx::query("SELECT 1").execute(tx).await?.rows_affected())
    })
    .await
}

async fn helper(tx: &mut Tx<Sqlite>, name: &str) -> Result<(), StoreError> {
    sqlx::query("SELECT ?").bind(name).execute(&mut *tx).await?;
    Ok(())
}

async fn with_helper(pool: &SqlitePool, name: &str) -> Result<(), StoreError> {
    transaction(pool, async |tx: &mut Tx<Sqlite>| -> Result<(), StoreError> { helper(tx, name).await }).await
}

async fn joined(tx: &mut Tx<Sqlite>) -> Result<(), StoreError> {
    transaction(tx, async |tx: &mut Tx<Sqlite>| -> Result<(), StoreError> { helper(tx, "a").await }).await
}

#[tokio::test]
async fn t7_a_transaction_without_macros_can_be_spawned() {
    let pool = SqlitePool::connect_lazy("sqlite::memory:").unwrap();
    is_send(borrowing(&pool, "a"));
    is_send(owning(&pool, String::new()));
    is_send(moving(&pool, 1));
    is_send(own_pool(pool.clone()));
    is_send(with_helper(&pool, "a"));
    is_send(transaction(&pool, async |tx: &mut Tx<Sqlite>| -> Result<(), StoreError> {
        is_send(joined(tx));
        Ok(())
    }));
}

#[transactional(tx, retry = 3, timeout = 2s, rollback_if = |n: &u64| *n == 0)]
async fn all(tx: impl Begin<Sqlite>) -> Result<u64, StoreError> {
    let inner = weftwork::savepoint!(tx, { helper(&mut tx, "a").await });
    inner.await?;
    Ok(1)
}

#[tokio::test]
async fn t3_the_future_of_a_call_is_small() {
    let pool = SqlitePool::connect_lazy("sqlite::memory:").unwrap();
    let size = size_of_val(&all(&pool));
    assert!(size < 4096, "{size} bytes");
}
