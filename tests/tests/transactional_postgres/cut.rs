//! Dropped while BEGIN, ROLLBACK or COMMIT is under way (T59, T64, T65).

use sqlx::Postgres;
use weftwork::{Begin, transactional};
use weftwork_tests::Log;
use weftwork_tests::postgres::PgStore;
use weftwork_tests::store::StoreError;

use crate::kit::{SIDES, Side, add, add_and_fail, assert_clean, cut, hold, processes, put, warm};

#[transactional(tx, isolation = serializable)]
async fn strict(tx: impl Begin<Postgres>) -> Result<(), StoreError> {
    put(&mut tx, 1).await
}

#[transactional(tx, read_only)]
async fn reading(tx: impl Begin<Postgres>) -> Result<(), StoreError> {
    sqlx::query("SELECT n FROM t").execute(&mut tx).await?;
    Ok(())
}

#[tokio::test]
async fn t59_cut_in_begin() {
    let Some((store, proxy)) = warm().await else { return };
    let before = processes(&store).await;
    for side in SIDES {
        for form in ["BEGIN", "BEGIN ISOLATION LEVEL SERIALIZABLE", "BEGIN READ ONLY"] {
            let gate = hold(&proxy, form, side);
            match form {
                "BEGIN" => cut(&gate, Box::pin(add(&store.pool, &[1]))).await,
                "BEGIN READ ONLY" => cut(&gate, Box::pin(reading(&store.pool))).await,
                _ => cut(&gate, Box::pin(strict(&store.pool))).await,
            }
            assert_clean(&store, &before).await;
            assert!(store.rows().await.is_empty(), "{form} {side:?}");
        }
    }
    add(&store.pool, &[2]).await.unwrap();
    assert_eq!(store.rows().await, [2]);
}

#[tokio::test]
async fn t59_cut_in_the_question_before_begin() {
    for side in SIDES {
        // Only a connection that has not run a transaction yet is asked who it is.
        let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
        let before = processes(&store).await;
        let gate = hold(&proxy, "SELECT pg_backend_pid", side);
        cut(&gate, Box::pin(strict(&store.pool))).await;
        assert_clean(&store, &before).await;
        strict(&store.pool).await.unwrap();
        assert_eq!(store.rows().await, [1]);
    }
}

#[tokio::test]
async fn t59_cut_in_the_wait_for_a_connection() {
    let Some((store, proxy)) = warm().await else { return };
    let held = store.pool.acquire().await.unwrap();
    let _ = proxy.log();
    let mut call = Box::pin(add(&store.pool, &[1]));
    assert!(weftwork_tests::poll_once(call.as_mut()).is_pending());
    drop(call);
    drop(held);
    store.assert_whole().await;
    assert!(!proxy.log().iter().any(|statement| statement.starts_with("BEGIN")));
    assert!(store.rows().await.is_empty());
}

#[tokio::test]
async fn t64_cut_in_rollback() {
    let Some((store, proxy)) = warm().await else { return };
    let before = processes(&store).await;
    for side in SIDES {
        let gate = hold(&proxy, "ROLLBACK", side);
        cut(&gate, Box::pin(add_and_fail(&store.pool, 1))).await;
        assert_clean(&store, &before).await;
        assert!(store.rows().await.is_empty());
    }
}

#[transactional(tx)]
async fn hooked(tx: impl Begin<Postgres>, log: &Log, n: i64) -> Result<(), StoreError> {
    put(&mut tx, n).await?;
    let (committed, completed) = (log.clone(), log.clone());
    tx.after_commit(async move { committed.note("committed") });
    tx.after_completion(move |outcome| async move { completed.note(format!("{outcome:?}")) });
    Ok(())
}

#[tokio::test]
async fn t54_t65_cut_in_commit() {
    let Some((store, proxy)) = warm().await else { return };
    let before = processes(&store).await;
    for (n, side) in (1..).zip(SIDES) {
        let log = Log::new();
        let gate = hold(&proxy, "COMMIT", side);
        let mut call = Box::pin(hooked(&store.pool, &log, n));
        gate.reach(call.as_mut()).await;
        assert_eq!(store.rows().await.contains(&n), side == Side::After);
        drop(call);
        assert_eq!(log.text(), "");
        gate.release();
        assert!(weftwork::drain(weftwork::secs(60)).await.is_empty());
        assert_eq!(log.text(), "committed Committed");
        assert_clean(&store, &before).await;
        assert_eq!(store.rows().await, (1..=n).collect::<Vec<_>>());
    }
}

#[transactional(tx)]
async fn late(tx: impl Begin<Postgres>) -> Result<(), StoreError> {
    put(&mut tx, 1).await?;
    sqlx::query("INSERT INTO late VALUES (1), (1)").execute(&mut tx).await?;
    Ok(())
}

#[tokio::test]
async fn t56_t65_cut_in_a_commit_that_fails() {
    let Some((store, proxy)) = warm().await else { return };
    let before = processes(&store).await;
    for side in SIDES {
        let gate = hold(&proxy, "COMMIT", side);
        cut(&gate, Box::pin(late(&store.pool))).await;
        assert_clean(&store, &before).await;
        assert!(store.rows().await.is_empty());
    }
}

#[tokio::test]
async fn t65_cut_in_the_question_before_commit() {
    let Some((store, proxy)) = warm().await else { return };
    let before = processes(&store).await;
    for side in SIDES {
        // Serializable transactions are asked for their number at the end: from there on they commit.
        let gate = hold(&proxy, "pg_current_xact_id_if_assigned", side);
        cut(&gate, Box::pin(strict(&store.pool))).await;
        assert_clean(&store, &before).await;
        assert_eq!(store.rows().await, [1]);
        sqlx::query("DELETE FROM t").execute(&store.pool).await.unwrap();
    }
}
