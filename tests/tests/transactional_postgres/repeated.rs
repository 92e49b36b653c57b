//! The whole body again, and what is never repeated (T71, T72, T74 to T76).

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{Executor, Postgres};
use tokio::sync::Barrier;
use weftwork::{Begin, Tx, TxError, attempt, gather, secs, timeout, transactional, without_retry_delays};
use weftwork_tests::Log;
use weftwork_tests::postgres::PgStore;
use weftwork_tests::store::StoreError;

use crate::kit::{NO, put};

async fn open() -> Option<PgStore> {
    let store = PgStore::open(2).await?;
    sqlx::query("INSERT INTO accounts VALUES (1, 100), (2, 100)").execute(&store.pool).await.unwrap();
    Some(store)
}

async fn sum(tx: &mut Tx<Postgres>) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar("SELECT sum(cents)::bigint FROM accounts").fetch_one(tx).await?)
}

async fn change(tx: &mut Tx<Postgres>, id: i64, cents: i64) -> Result<(), StoreError> {
    sqlx::query("UPDATE accounts SET cents = cents + $1 WHERE id = $2").bind(cents).bind(id).execute(tx).await?;
    Ok(())
}

fn hook(tx: &mut Tx<Postgres>, log: &Log) {
    let log = log.clone();
    tx.after_commit(async move { log.note("hook") });
}

/// Both meet in their first attempts only.
async fn meet(both: &Barrier) {
    if attempt() == 1 {
        both.wait().await;
    }
}

#[tokio::test]
async fn t71_a_serialization_failure_at_a_statement() {
    #[transactional(tx, isolation = repeatable_read, retry = 3)]
    async fn add(tx: impl Begin<Postgres>, both: &Barrier, log: &Log) -> Result<u32, StoreError> {
        // Both see the same: the second one to write is refused.
        sum(&mut tx).await?;
        meet(both).await;
        change(&mut tx, 1, 1).await?;
        hook(&mut tx, log);
        Ok(attempt())
    }
    let Some(store) = open().await else { return };
    let (both, log) = (Barrier::new(2), Log::new());
    let (a, b) = gather!(add(&store.pool, &both, &log)?, add(&store.pool, &both, &log)?).await.unwrap();
    assert_eq!(a + b, 3, "one of them has run twice");
    assert_eq!(log.text(), "hook hook");
    let cents: i64 = sqlx::query_scalar("SELECT cents FROM accounts WHERE id = 1").fetch_one(&store.pool).await.unwrap();
    assert_eq!(cents, 102);
    store.assert_whole().await;
}

#[tokio::test]
async fn t71_a_serialization_failure_at_commit() {
    /// Takes from one account what both have together: each of two alone may do that.
    #[transactional(tx, isolation = serializable, retry = 3)]
    async fn take(tx: impl Begin<Postgres>, id: i64, both: &Barrier, log: &Log) -> Result<u32, StoreError> {
        log.note("body");
        if sum(&mut tx).await? < 150 {
            return Err(NO);
        }
        change(&mut tx, id, -150).await?;
        hook(&mut tx, log);
        // All is done, and only COMMIT is left.
        meet(both).await;
        Ok(attempt())
    }
    let Some(store) = open().await else { return };
    let (both, log) = (Barrier::new(2), Log::new());
    let (a, b) = gather!(take(&store.pool, 1, &both, &log), take(&store.pool, 2, &both, &log)).await;
    let results = [a, b];
    // Repeated, it sees what the other one has done.
    assert_eq!(results.iter().filter(|result| matches!(result, Ok(1))).count(), 1, "{results:?}");
    assert_eq!(results.iter().filter(|result| matches!(result, Err(StoreError::Own("no")))).count(), 1, "{results:?}");
    assert_eq!(log.text().matches("body").count(), 3);
    assert_eq!(log.text().matches("hook").count(), 1);
    let sum: i64 = sqlx::query_scalar("SELECT sum(cents)::bigint FROM accounts").fetch_one(&store.pool).await.unwrap();
    assert_eq!(sum, 50);
    store.assert_whole().await;
}

#[tokio::test]
async fn t71_without_retry_the_error_of_commit_is_returned() {
    #[transactional(tx, isolation = serializable)]
    async fn take(tx: impl Begin<Postgres>, id: i64, both: &Barrier) -> Result<(), StoreError> {
        sum(&mut tx).await?;
        change(&mut tx, id, -150).await?;
        both.wait().await;
        Ok(())
    }
    let Some(store) = open().await else { return };
    let both = Barrier::new(2);
    let (a, b) = gather!(take(&store.pool, 1, &both), take(&store.pool, 2, &both)).await;
    let error = a.and(b).unwrap_err();
    let StoreError::Tx(TxError::Commit(cause)) = &error else { panic!("{error:?}") };
    assert!(format!("{cause:?}").contains("40001"), "{cause:?}");
    store.assert_whole().await;
}

#[tokio::test]
async fn t72_a_deadlock_pair() {
    #[transactional(tx, retry = 5)]
    async fn both_rows(tx: impl Begin<Postgres>, ids: [i64; 2], both: &Barrier) -> Result<u32, StoreError> {
        change(&mut tx, ids[0], 1).await?;
        meet(both).await;
        change(&mut tx, ids[1], 1).await?;
        Ok(attempt())
    }
    let Some(store) = open().await else { return };
    let both = Barrier::new(2);
    let (a, b) = gather!(both_rows(&store.pool, [1, 2], &both)?, both_rows(&store.pool, [2, 1], &both)?).await.unwrap();
    assert_eq!(a + b, 3);
    let cents: Vec<i64> = sqlx::query_scalar("SELECT cents FROM accounts").fetch_all(&store.pool).await.unwrap();
    assert_eq!(cents, [102, 102]);
    store.assert_whole().await;
}

/// Runs `sql` in a transaction that may be repeated.
#[transactional(tx, retry = 3)]
async fn run(tx: impl Begin<Postgres>, sql: &'static str, runs: &AtomicU32) -> Result<(), StoreError> {
    runs.fetch_add(1, Ordering::Relaxed);
    put(&mut tx, 1).await?;
    for part in sql.split("; next; ") {
        tx.execute(part).await?;
    }
    Ok(())
}

const AGAIN: &str = "DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$";

#[tokio::test]
async fn t74_what_another_run_would_not_help() {
    #[transactional(tx, retry = 3)]
    async fn own(tx: impl Begin<Postgres>, runs: &AtomicU32) -> Result<(), StoreError> {
        runs.fetch_add(1, Ordering::Relaxed);
        put(&mut tx, 1).await?;
        Err(NO)
    }
    let Some(store) = PgStore::open(1).await else { return };
    let unique = ("23505", "INSERT INTO t VALUES (1)");
    // The server itself ends the statement.
    let slow = ("57014", "SET LOCAL statement_timeout = 10; next; SELECT pg_sleep(600)");
    let neighbour = ("40002", "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40002'; END $$");
    for (code, sql) in [unique, slow, neighbour] {
        let runs = AtomicU32::new(0);
        let error = run(&store.pool, sql, &runs).await.unwrap_err();
        assert!(format!("{error:?}").contains(code), "{error:?}");
        assert_eq!(runs.into_inner(), 1, "{code}");
    }
    let runs = AtomicU32::new(0);
    assert!(matches!(own(&store.pool, &runs).await, Err(StoreError::Own("no"))));
    assert_eq!(runs.into_inner(), 1);
    assert!(store.rows().await.is_empty());
    store.assert_whole().await;
}

#[tokio::test]
async fn t75_an_error_that_hides_the_databases() {
    #[transactional(tx, retry = 3)]
    async fn hiding(tx: impl Begin<Postgres>) -> Result<u32, StoreError> {
        put(&mut tx, i64::from(attempt())).await?;
        if attempt() < 3 {
            tx.execute(AGAIN).await.map_err(|_| StoreError::Own("not a word of a database"))?;
        }
        Ok(attempt())
    }
    let Some(store) = PgStore::open(1).await else { return };
    assert_eq!(without_retry_delays(hiding(&store.pool)).await.unwrap(), 3);
    assert_eq!(store.rows().await, [3]);
    store.assert_whole().await;
}

#[tokio::test]
async fn t75_a_failure_that_was_undone_is_not_repeated() {
    #[transactional(tx, retry = 3)]
    async fn undone(tx: impl Begin<Postgres>, runs: &AtomicU32) -> Result<(), StoreError> {
        runs.fetch_add(1, Ordering::Relaxed);
        weftwork::savepoint!(tx, async || -> Result<(), StoreError> {
            tx.execute(AGAIN).await?;
            Ok(())
        })
        .await
        .unwrap_err();
        put(&mut tx, 1).await?;
        Err(NO)
    }
    let Some(store) = PgStore::open(1).await else { return };
    let runs = AtomicU32::new(0);
    let error = undone(&store.pool, &runs).await.unwrap_err();
    assert!(matches!(error, StoreError::Own("no")), "{error:?}");
    assert_eq!(runs.into_inner(), 1);
}

#[tokio::test]
async fn t76_attempts_used_up() {
    let Some(store) = PgStore::open(1).await else { return };
    let runs = AtomicU32::new(0);
    let error = without_retry_delays(run(&store.pool, AGAIN, &runs)).await.unwrap_err();
    let StoreError::Sql(sqlx::Error::Database(error)) = &error else { panic!("{error:?}") };
    assert_eq!(error.code().as_deref(), Some("40001"));
    assert_eq!(runs.into_inner(), 3);
    assert!(store.rows().await.is_empty());
    store.assert_whole().await;
}

#[transactional(tx, retry = 100_000)]
async fn for_ever(tx: impl Begin<Postgres>, runs: &AtomicU32) -> Result<(), StoreError> {
    runs.fetch_add(1, Ordering::Relaxed);
    tx.execute(AGAIN).await?;
    Ok(())
}

#[transactional(tx, retry = 100_000, timeout = 20s)]
async fn for_ever_in_time(tx: impl Begin<Postgres>, runs: &AtomicU32) -> Result<(), StoreError> {
    runs.fetch_add(1, Ordering::Relaxed);
    tx.execute(AGAIN).await?;
    Ok(())
}

#[tokio::test]
async fn t76_no_pause_that_would_cross_the_deadline() {
    let Some(store) = PgStore::open(1).await else { return };
    // The pauses are left out, and count all the same: no time passes here.
    let runs = AtomicU32::new(0);
    let error = timeout(secs(20), without_retry_delays(for_ever(&store.pool, &runs))).await.unwrap().unwrap_err();
    assert!(format!("{error:?}").contains("40001"), "{error:?}");
    let runs = runs.into_inner();
    // None is longer than a second.
    assert!((20..1000).contains(&runs), "{runs}");
}

#[tokio::test]
async fn t76_nor_the_time_of_the_transaction_itself() {
    let Some(store) = PgStore::open(1).await else { return };
    let runs = AtomicU32::new(0);
    let error = without_retry_delays(for_ever_in_time(&store.pool, &runs)).await.unwrap_err();
    assert!(format!("{error:?}").contains("40001"), "{error:?}");
    let runs = runs.into_inner();
    assert!((20..1000).contains(&runs), "{runs}");
}
