//! T3: the future is `Send` when the arguments are.

use std::cell::Cell;

use sqlx::{Sqlite, SqlitePool};
use weftwork::{Begin, transactional};
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
