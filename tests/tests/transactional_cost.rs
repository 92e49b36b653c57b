//! What a transaction sends to SQLite (T83). Alone in its program, since it listens to everything that sqlx logs.

use std::fmt::Debug;
use std::sync::Mutex;

use sqlx::sqlite::SqliteJournalMode;
use sqlx::{Connection, Sqlite};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use weftwork::{Begin, savepoint, transactional};
use weftwork_tests::store::{Store, StoreError, put};

static STATEMENTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Collects the statements that sqlx reports.
struct Listener;

struct Summary;

impl Visit for Summary {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "summary" {
            STATEMENTS.lock().unwrap().push(value.to_owned());
        }
    }
    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        event.record(&mut Summary);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[transactional(tx)]
async fn two(tx: impl Begin<Sqlite>) -> Result<(), StoreError> {
    put(&mut tx, 1).await?;
    let sum: i64 = sqlx::query_scalar("SELECT sum(n) FROM t").fetch_one(&mut tx).await?;
    put(&mut tx, sum + 1).await
}

#[transactional(tx)]
async fn joining(tx: impl Begin<Sqlite>) -> Result<(), StoreError> {
    two(&mut tx).await?;
    savepoint!(tx, { put(&mut tx, 5).await }).await?;
    Err(StoreError::Own("no"))
}

#[tokio::test]
async fn t83_begin_the_statements_and_one_end() {
    tracing::subscriber::set_global_default(Listener).unwrap();
    let store = Store::open(SqliteJournalMode::Wal, 1).await;
    STATEMENTS.lock().unwrap().clear();

    // sqlx reports the first words.
    let insert = "INSERT INTO t VALUES …";
    let within = ["BEGIN IMMEDIATE", insert, "SELECT sum(n) FROM t", insert];
    joining(&store.pool).await.unwrap_err();
    let savepoint = ["SAVEPOINT weftwork_1", insert, "RELEASE weftwork_1", "ROLLBACK"];
    assert_eq!(statements(&store).await, [&within[..], &savepoint].concat());
    two(&store.pool).await.unwrap();
    assert_eq!(statements(&store).await, [&within[..], &["COMMIT"]].concat());
}

/// What the pool's connection has run. Its thread reports a statement after it has answered, and before it answers the next.
async fn statements(store: &Store) -> Vec<String> {
    store.pool.acquire().await.unwrap().ping().await.unwrap();
    std::mem::take(&mut *STATEMENTS.lock().unwrap())
}
