//! Dropped around a savepoint, and the caller goes on (T61 to T64).

use sqlx::Postgres;
use weftwork::{Begin, savepoint, transactional};
use weftwork_tests::postgres::PgStore;
use weftwork_tests::proxy::Proxy;
use weftwork_tests::store::StoreError;

use crate::kit::{NO, SIDES, Side, assert_clean, cut, hold, processes, put, warm};

/// What is done around a savepoint that is cut in `statement`, one way or another, on both sides.
#[transactional(tx)]
async fn around(
    tx: impl Begin<Postgres>,
    (store, proxy): (&PgStore, &Proxy),
    statement: &'static str,
    succeeds: bool,
) -> Result<(), StoreError> {
    put(&mut tx, 1).await?;
    for side in SIDES {
        let gate = hold(proxy, statement, side);
        let inner = savepoint!(tx, async || -> Result<(), StoreError> {
            put(&mut tx, if side == Side::Before { 10 } else { 11 }).await?;
            if succeeds { Ok(()) } else { Err(NO) }
        });
        cut(&gate, Box::pin(inner)).await;
        put(&mut tx, if side == Side::Before { 2 } else { 3 }).await?;
        assert!(store.rows().await.is_empty(), "something is seen before the end");
    }
    Ok(())
}

async fn assert_around(statement: &'static str, succeeds: bool, rows: &[i64]) {
    let Some((store, proxy)) = warm().await else { return };
    let before = processes(&store).await;
    around(&store.pool, (&store, &proxy), statement, succeeds).await.unwrap();
    assert_eq!(store.rows().await, rows, "{statement}");
    assert_clean(&store, &before).await;
}

#[tokio::test]
async fn t61_cut_in_savepoint() {
    assert_around("SAVEPOINT weftwork_1", true, &[1, 2, 3]).await;
}

#[tokio::test]
async fn t63_cut_in_release() {
    assert_around("RELEASE weftwork_1", true, &[1, 2, 3, 10, 11]).await;
}

#[tokio::test]
async fn t64_cut_in_rollback_to_and_in_the_release_behind_it() {
    assert_around("ROLLBACK TO weftwork_1", false, &[1, 2, 3]).await;
    assert_around("RELEASE weftwork_1", false, &[1, 2, 3]).await;
}

#[tokio::test]
async fn t61_t63_cut_in_a_savepoint_and_then_the_whole_is_dropped() {
    let Some((store, proxy)) = warm().await else { return };
    let before = processes(&store).await;
    for statement in ["SAVEPOINT weftwork_1", "RELEASE weftwork_1", "ROLLBACK TO weftwork_1"] {
        for side in SIDES {
            let gate = hold(&proxy, statement, side);
            // Inner and outer are dropped at once: the outer one's rollback stands behind the statement that is held.
            cut(&gate, Box::pin(around_once(&store.pool, statement.starts_with("RELEASE")))).await;
            assert_clean(&store, &before).await;
            assert!(store.rows().await.is_empty(), "{statement} {side:?}");
        }
    }
}

#[transactional(tx)]
async fn around_once(tx: impl Begin<Postgres>, succeeds: bool) -> Result<(), StoreError> {
    put(&mut tx, 1).await?;
    savepoint!(tx, async || -> Result<(), StoreError> {
        put(&mut tx, 2).await?;
        if succeeds { Ok(()) } else { Err(NO) }
    })
    .await
}

/// The block is dropped while `sql` is under way in it.
#[transactional(tx)]
async fn dropped_in_the_block(tx: impl Begin<Postgres>, proxy: &Proxy, sql: &'static str, side: Side) -> Result<(), StoreError> {
    put(&mut tx, 1).await?;
    let gate = hold(proxy, sql, side);
    let inner = savepoint!(tx, async || -> Result<(), StoreError> {
        put(&mut tx, 10).await?;
        savepoint!(tx, async || -> Result<(), StoreError> {
            put(&mut tx, 11).await?;
            sqlx::query(sql).execute(&mut tx).await?;
            unreachable!()
        })
        .await
    });
    cut(&gate, Box::pin(inner)).await;
    put(&mut tx, 2).await
}

#[tokio::test]
async fn t62_dropped_in_a_savepoints_block() {
    let Some((store, proxy)) = warm().await else { return };
    let before = processes(&store).await;
    // The second one fails when nobody hears it any more, and is undone with the rest.
    for sql in ["INSERT INTO t VALUES (12)", "INSERT INTO t VALUES (11)"] {
        for side in SIDES {
            let _ = proxy.log();
            dropped_in_the_block(&store.pool, &proxy, sql, side).await.unwrap();
            let log = proxy.log();
            assert_eq!(store.rows().await, [1, 2], "{sql} {side:?}");
            let undone = ["ROLLBACK TO weftwork_2", "RELEASE weftwork_2", "ROLLBACK TO weftwork_1", "RELEASE weftwork_1"];
            assert!(log.windows(4).any(|four| four == undone), "{log:?}");
            assert_clean(&store, &before).await;
            sqlx::query("DELETE FROM t").execute(&store.pool).await.unwrap();
        }
    }
}
