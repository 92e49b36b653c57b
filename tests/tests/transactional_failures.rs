//! `#[transactional]` on SQLite when something fails, or is dropped.

use std::mem;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::{FutureExt, StreamExt, TryStreamExt};
use sqlx::sqlite::{SqliteJournalMode, SqlitePoolOptions};
use sqlx::{ConnectOptions, Connection, Row, Sqlite, SqlitePool};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use weftwork::{Begin, TxError, generator, timeout, transactional};
use weftwork_tests::store::{Store, StoreError, put};

/// Two rows, or an error between them.
#[transactional(tx)]
async fn both(tx: impl Begin<Sqlite>, a: i64, b: i64) -> Result<i64, StoreError> {
    put(&mut tx, a).await?;
    if b < 0 {
        return Err(StoreError::Own("no"));
    }
    put(&mut tx, b).await?;
    Ok(a + b)
}

/// A row, and then nothing until it is dropped.
#[transactional(tx)]
async fn wait(tx: impl Begin<Sqlite>, started: &Notify) -> Result<(), StoreError> {
    put(&mut tx, 1).await?;
    started.notify_one();
    std::future::pending().await
}

#[tokio::test]
async fn t34_a_swallowed_statement_error_costs_that_statement_only() {
    #[transactional(tx)]
    async fn swallow(tx: impl Begin<Sqlite>) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        put(&mut tx, 1).await.unwrap_err();
        sqlx::query("nonsense").execute(&mut tx).await.unwrap_err();
        sqlx::query("SELECT n FROM nowhere").fetch_optional(&mut tx).await.unwrap_err();
        put(&mut tx, 2).await
    }
    for store in Store::both(2).await {
        swallow(&store.pool).await.unwrap();
        assert_eq!(store.rows().await, [1, 2]);
        store.assert_whole().await;
    }
}

#[tokio::test]
async fn t35_a_statement_that_ends_the_transaction() {
    #[derive(Clone, Copy)]
    enum How {
        Execute,
        FetchOne,
        Drop,
        Propagate,
    }
    const ENDING: &str = "INSERT OR ROLLBACK INTO t VALUES (1) RETURNING n";
    #[transactional(tx)]
    async fn ended(tx: impl Begin<Sqlite>, how: How) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        match how {
            How::Execute => drop(sqlx::query(ENDING).execute(&mut tx).await.unwrap_err()),
            How::FetchOne => drop(sqlx::query(ENDING).fetch_one(&mut tx).await.unwrap_err()),
            // Polled once: it is on its way, and nobody will see its error. (Its thread may even have answered already.)
            How::Drop => drop(sqlx::query(ENDING).execute(&mut tx).now_or_never()),
            How::Propagate => {
                sqlx::query(ENDING).execute(&mut tx).await?;
            }
        }
        let refused = put(&mut tx, 2).await.unwrap_err();
        assert!(matches!(refused, StoreError::Sql(sqlx::Error::Io(_))), "{refused:?}");
        Ok(())
    }
    for store in Store::both(2).await {
        for how in [How::Execute, How::FetchOne, How::Drop] {
            let error = ended(&store.pool, how).await.unwrap_err();
            assert!(matches!(error, StoreError::Tx(TxError::Commit(_))), "{error:?}");
        }
        let error = ended(&store.pool, How::Propagate).await.unwrap_err();
        assert!(matches!(error, StoreError::Sql(sqlx::Error::Database(_))), "{error:?}");
        assert!(store.rows().await.is_empty());
        store.assert_whole().await;
    }
}

#[tokio::test]
async fn t36_the_transaction_is_not_ended_from_inside() {
    #[transactional(tx)]
    async fn ending(tx: impl Begin<Sqlite>, sql: &'static str) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        let refused = sqlx::query(sql).execute(&mut tx).await.unwrap_err();
        assert!(refused.to_string().contains("begins and ends its transaction itself"), "{refused}");
        assert!(sqlx::query(sql).fetch_optional(&mut tx).await.is_err());
        Err(StoreError::Own("and nothing was committed"))
    }
    /// A savepoint of one's own is nobody else's business.
    #[transactional(tx)]
    async fn by_hand(tx: impl Begin<Sqlite>) -> Result<(), StoreError> {
        for sql in ["SAVEPOINT own", "INSERT INTO t VALUES (1)", "ROLLBACK TO own", "RELEASE own", "INSERT INTO t VALUES (2)"] {
            sqlx::query(sql).execute(&mut tx).await?;
        }
        Ok(())
    }
    #[transactional(tx)]
    async fn hidden(tx: impl Begin<Sqlite>) -> Result<(), StoreError> {
        sqlx::raw_sql("INSERT INTO t VALUES (3); COMMIT").execute(&mut tx).await?;
        Ok(())
    }
    for store in Store::both(1).await {
        for sql in ["COMMIT", "ROLLBACK", "END", "BEGIN"] {
            ending(&store.pool, sql).await.unwrap_err();
        }
        assert!(store.rows().await.is_empty());
        by_hand(&store.pool).await.unwrap();
        assert_eq!(store.rows().await, [2]);
        assert!(matches!(hidden(&store.pool).await, Err(StoreError::Tx(TxError::EndedInside))));
        store.assert_whole().await;
    }
}

#[tokio::test]
async fn t55_no_connection_no_body() {
    #[transactional(tx)]
    async fn never(tx: impl Begin<Sqlite>) -> Result<(), StoreError> {
        unreachable!()
    }
    let [store, _] = Store::both(1).await;
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::from_millis(20))
        .connect_with(store.options())
        .await
        .unwrap();
    let held = pool.acquire().await.unwrap();
    let error = never(&pool).await.unwrap_err();
    assert!(matches!(error, StoreError::Tx(TxError::Begin(_))), "{error:?}");
    drop(held);
    both(&pool, 1, 2).await.unwrap();
    pool.close().await;
    let error = never(&pool).await.unwrap_err();
    assert_eq!(error.to_string(), "could not begin a transaction");
}

#[tokio::test]
async fn t55_another_writer_stays() {
    let [store, _] = Store::both(1).await;
    let mut other = store.outside().await;
    let impatient = store.options().busy_timeout(Duration::ZERO);
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let error = both(impatient.connect().await.unwrap(), 1, 2).await.unwrap_err();
    assert!(matches!(error, StoreError::Tx(TxError::Begin(_))), "{error:?}");
    other.close().await.unwrap();
    both(&store.pool, 1, 2).await.unwrap();
}

#[tokio::test]
async fn t56_a_refused_commit_is_an_error_and_is_rolled_back() {
    #[transactional(tx)]
    async fn orphan(tx: impl Begin<Sqlite>) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        sqlx::query("INSERT INTO child VALUES (2)").execute(&mut tx).await?;
        Ok(())
    }
    for store in Store::both(2).await {
        sqlx::query("CREATE TABLE child (n INTEGER REFERENCES t (n) DEFERRABLE INITIALLY DEFERRED)")
            .execute(&store.pool)
            .await
            .unwrap();
        let error = orphan(&store.pool).await.unwrap_err();
        assert!(matches!(error, StoreError::Tx(TxError::Commit(_))), "{error:?}");
        assert!(format!("{error:?}").contains("FOREIGN KEY"), "{error:?}");
        assert!(store.rows().await.is_empty());
        store.assert_whole().await;
    }
    // With a rollback journal a reader is enough.
    let store = Store::open(SqliteJournalMode::Delete, 1).await;
    both(&store.pool, 1, 2).await.unwrap();
    let mut reader = store.outside().await;
    sqlx::query("BEGIN").execute(&mut reader).await.unwrap();
    sqlx::query("SELECT n FROM t").fetch_all(&mut reader).await.unwrap();
    let impatient = store.options().busy_timeout(Duration::ZERO).connect().await.unwrap();
    let error = both(impatient, 3, 4).await.unwrap_err();
    assert!(matches!(error, StoreError::Tx(TxError::Commit(_))), "{error:?}");
    reader.close().await.unwrap();
    both(&store.pool, 5, 6).await.unwrap();
    assert_eq!(store.rows().await, [1, 2, 5, 6]);
}

#[tokio::test]
async fn t60_dropped_in_the_body_by_everything_that_drops() {
    #[timeout(20ms)]
    async fn limited(pool: &SqlitePool) -> Result<(), LimitedError> {
        Ok(wait(pool, &Notify::new()).await?)
    }
    #[derive(Debug, thiserror::Error)]
    enum LimitedError {
        #[error(transparent)]
        Store(#[from] StoreError),
        #[error(transparent)]
        Elapsed(#[from] weftwork::Elapsed),
    }
    for store in Store::both(1).await {
        // With one connection, each next call waits until it has come back.
        assert!(matches!(limited(&store.pool).await, Err(LimitedError::Elapsed(_))));

        let started = Notify::new();
        tokio::select! {
            _ = wait(&store.pool, &started) => unreachable!(),
            () = started.notified() => {}
        }

        let started = Arc::new(Notify::new());
        let spawned = |pool: SqlitePool| {
            let started = Arc::clone(&started);
            async move { wait(&pool, &started).await }
        };
        let task = tokio::spawn(spawned(store.pool.clone()));
        started.notified().await;
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());

        let mut set = JoinSet::new();
        set.spawn(spawned(store.pool.clone()));
        started.notified().await;
        drop(set);

        let stream = generator!(async {
            yield 1;
            wait(&store.pool, &started).await.unwrap();
            yield 2;
        });
        {
            let mut stream = pin!(stream);
            assert_eq!(stream.next().await, Some(1));
            tokio::select! {
                _ = stream.next() => unreachable!(),
                () = started.notified() => {}
            }
        }
        assert!(store.rows().await.is_empty());
        store.assert_whole().await;
    }
}

#[tokio::test]
async fn t66_the_next_statement_waits_for_one_that_was_dropped() {
    #[transactional(tx)]
    async fn dropping(tx: impl Begin<Sqlite>) -> Result<(), StoreError> {
        drop(put(&mut tx, 1).now_or_never());
        put(&mut tx, 1).await.expect_err("the dropped statement has run, and the row is there");
        // Rows that nobody reads to the end, dropped and leaked.
        let many = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 30) SELECT n FROM c";
        let first = sqlx::query(many).fetch(&mut tx).try_next().await?.unwrap();
        assert_eq!(first.get::<i64, _>(0), 1);
        let mut leaked = sqlx::query(many).fetch(&mut tx);
        leaked.try_next().await?;
        mem::forget(leaked);
        put(&mut tx, 2).await
    }
    for store in Store::both(2).await {
        dropping(&store.pool).await.unwrap();
        assert_eq!(store.rows().await, [1, 2]);
        store.assert_whole().await;
    }
}

#[tokio::test]
async fn t68_a_panic_rolls_back_and_goes_on() {
    #[transactional(tx)]
    async fn panicking(tx: impl Begin<Sqlite>) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        std::panic::panic_any(42_u8)
    }
    for store in Store::both(1).await {
        let payload = AssertUnwindSafe(panicking(&store.pool)).catch_unwind().await.unwrap_err();
        assert_eq!(*payload.downcast::<u8>().unwrap(), 42);
        let pool = store.pool.clone();
        let payload = tokio::spawn(async move { panicking(&pool).await }).await.unwrap_err().into_panic();
        assert_eq!(*payload.downcast::<u8>().unwrap(), 42);
        store.assert_whole().await;
        assert!(store.rows().await.is_empty());
    }
}

#[test]
fn t69_dropped_when_the_runtime_has_ended() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let [store, other] = runtime.block_on(Store::both(1));
    let started = Notify::new();
    let mut call = Box::pin(wait(&store.pool, &started));
    runtime.block_on(async {
        tokio::select! {
            _ = &mut call => unreachable!(),
            () = started.notified() => {}
        }
    });
    drop(runtime);
    drop(call);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        // The pool's connection was closed and not put back: there is a new one.
        store.assert_whole().await;
        assert!(store.rows().await.is_empty());
        drop(other);
    });
}

#[tokio::test]
async fn t58_the_pool_is_closed_in_the_middle() {
    #[transactional(tx)]
    async fn closing(tx: impl Begin<Sqlite>, pool: &SqlitePool) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        // It waits for this connection.
        assert!(pool.close().now_or_never().is_none());
        put(&mut tx, 2).await
    }
    for store in Store::both(2).await {
        closing(&store.pool, &store.pool).await.unwrap();
        assert_eq!(store.rows().await, [1, 2]);
    }
}
