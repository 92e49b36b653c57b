//! T73: SQLite is busy, at a statement and at COMMIT.

use std::time::Duration;

use sqlx::pool::PoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{AssertSqlSafe, Connection, Executor, Sqlite, SqliteConnection, SqlitePool};
use weftwork::{Begin, TxError, attempt, transactional};
use weftwork_tests::Log;
use weftwork_tests::store::{Store, StoreError, put};

use crate::recorder::{Seen, seen};

/// A pool that does not wait for a lock.
async fn impatient(store: &Store) -> SqlitePool {
    let options: SqliteConnectOptions = store.options().busy_timeout(Duration::ZERO);
    PoolOptions::new().max_connections(1).connect_with(options).await.unwrap()
}

/// Another file, which the transaction takes up in its middle: the lock on it is not taken at BEGIN.
struct Other {
    store: Store,
    writer: SqliteConnection,
}

impl Other {
    async fn new(journal: SqliteJournalMode) -> Self {
        let store = Store::open(journal, 1).await;
        let writer = store.outside().await;
        Self { store, writer }
    }

    fn attach(&self) -> AssertSqlSafe<String> {
        let options = self.store.options();
        AssertSqlSafe(format!("ATTACH '{}' AS other", options.get_filename().display()))
    }
}

#[transactional(tx, retry = 3)]
async fn to_both(tx: impl Begin<Sqlite>, other: &mut Other, is_snapshot: bool) -> Result<u32, StoreError> {
    put(&mut tx, i64::from(attempt())).await?;
    if attempt() == 1 {
        tx.execute(other.attach()).await?;
        if is_snapshot {
            // Somebody else writes what this one has begun to read.
            tx.execute("SELECT n FROM other.t").await?;
            other.writer.execute("INSERT INTO t VALUES (7)").await?;
        } else {
            other.writer.execute("BEGIN IMMEDIATE").await?;
        }
    }
    let result = tx.execute("INSERT INTO other.t VALUES (5)").await;
    if attempt() == 1 {
        let code = result.as_ref().unwrap_err().as_database_error().unwrap().code().unwrap().into_owned();
        assert_eq!(code, if is_snapshot { "517" } else { "5" });
        if !is_snapshot {
            other.writer.execute("ROLLBACK").await?;
        }
    }
    result?;
    Ok(attempt())
}

#[tokio::test]
async fn t73_busy_at_a_statement_runs_the_body_again() {
    for journal in [SqliteJournalMode::Wal, SqliteJournalMode::Delete] {
        let store = Store::open(journal, 1).await;
        let mut other = Other::new(journal).await;
        assert_eq!(to_both(&impatient(&store).await, &mut other, false).await.unwrap(), 2);
        assert_eq!(store.rows().await, [2]);
        assert_eq!(other.store.rows().await, [5]);
    }
}

#[tokio::test]
async fn t73_a_snapshot_that_is_too_old_runs_the_body_again() {
    let store = Store::open(SqliteJournalMode::Wal, 1).await;
    let mut other = Other::new(SqliteJournalMode::Wal).await;
    assert_eq!(to_both(&impatient(&store).await, &mut other, true).await.unwrap(), 2);
    assert_eq!(store.rows().await, [2]);
    assert_eq!(other.store.rows().await, [5, 7]);
}

#[transactional(tx, retry = 100)]
async fn patient(tx: impl Begin<Sqlite>, log: &Log) -> Result<u32, StoreError> {
    log.note("body");
    let hook = log.clone();
    tx.after_commit(async move { hook.note("hook") });
    put(&mut tx, 1).await?;
    Ok(attempt())
}

#[transactional(tx, retry = 3)]
async fn hasty(tx: impl Begin<Sqlite>, log: &Log) -> Result<u32, StoreError> {
    log.note("body");
    put(&mut tx, 2).await?;
    Ok(attempt())
}

/// With a rollback journal a reader keeps a writer from committing.
async fn reader(store: &Store) -> SqliteConnection {
    let mut reader = store.outside().await;
    reader.execute("BEGIN").await.unwrap();
    reader.fetch_all("SELECT n FROM t").await.unwrap();
    reader
}

#[test]
fn t73_a_busy_commit_is_tried_again_and_the_body_is_not() {
    async fn test(seen: &Seen) {
        let store = Store::open(SqliteJournalMode::Delete, 1).await;
        let (pool, log) = (impatient(&store).await, Log::new());
        let reader = reader(&store).await;
        let goes = async {
            // It has failed once.
            seen.until("retry").await;
            reader.close().await.unwrap();
        };
        let (result, ()) = tokio::join!(patient(&pool, &log), goes);
        assert_eq!(result.unwrap(), 1);
        assert_eq!(log.text(), "body hook");
        assert_eq!(store.rows().await, [1]);
    }
    seen(test);
}

#[tokio::test]
async fn t73_a_commit_that_stays_busy_is_rolled_back() {
    let store = Store::open(SqliteJournalMode::Delete, 1).await;
    let (pool, log) = (impatient(&store).await, Log::new());
    let reader = reader(&store).await;
    let error = weftwork::without_retry_delays(hasty(&pool, &log)).await.unwrap_err();
    assert!(matches!(error, StoreError::Tx(TxError::Commit(_))), "{error:?}");
    assert_eq!(log.text(), "body");
    reader.close().await.unwrap();
    assert_eq!(weftwork::without_retry_delays(hasty(&pool, &log)).await.unwrap(), 1);
    assert_eq!(store.rows().await, [2]);
}
