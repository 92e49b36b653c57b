//! Dropped while a statement runs for long: it is ended on the server, and its locks are free (T67).

use std::pin::Pin;

use futures::FutureExt;
use sqlx::{Executor, Postgres};
use weftwork::{Begin, transactional};
use weftwork_tests::postgres::{POOL, PgStore};
use weftwork_tests::proxy::Proxy;
use weftwork_tests::store::StoreError;

use crate::kit::{SIDES, Side, add, assert_clean, hold, processes, warm};

/// Holds the lock on an account, and then sleeps for longer than any test waits.
#[transactional(tx)]
async fn sleeping(tx: impl Begin<Postgres>) -> Result<(), StoreError> {
    sqlx::query("UPDATE accounts SET cents = 0 WHERE id = 1").execute(&mut tx).await?;
    sqlx::query("SELECT pg_sleep(600)").execute(&mut tx).await?;
    Ok(())
}

async fn warm_with_account() -> Option<(PgStore, Proxy, Vec<i32>)> {
    let (store, proxy) = warm().await?;
    sqlx::query("INSERT INTO accounts VALUES (1, 100)").execute(&store.pool).await.unwrap();
    let before = processes(&store).await;
    Some((store, proxy, before))
}

/// Runs it until the server sleeps.
async fn asleep<F: Future>(store: &PgStore, mut call: Pin<&mut F>) {
    let sleeps = store.until("it sleeps", |all| all.iter().any(|session| session.is_running("pg_sleep")));
    tokio::select! {
        _ = &mut call => unreachable!(),
        _ = sleeps => {}
    }
}

#[tokio::test]
async fn t67_the_locks_of_a_dropped_statement_are_free_at_once() {
    let Some((store, _proxy, before)) = warm_with_account().await else { return };
    let mut call = Box::pin(sleeping(&store.pool));
    asleep(&store, call.as_mut()).await;
    // Somebody else wants the row.
    let mut outside = store.outside().await;
    let update = tokio::spawn(async move { outside.execute("UPDATE accounts SET cents = 7 WHERE id = 1").await.map(drop) });
    store.until("the other one waits", |all| all.iter().any(weftwork_tests::postgres::Session::waits_for_lock)).await;
    drop(call);
    // The statement would last for ten minutes, and this waits for one.
    store.until("nobody sleeps", |all| !all.iter().any(|session| session.is_running("pg_sleep"))).await;
    update.await.unwrap().unwrap();
    assert_clean(&store, &before).await;
    let cents: i64 = sqlx::query_scalar("SELECT cents FROM accounts").fetch_one(&store.pool).await.unwrap();
    assert_eq!(cents, 7);
}

#[tokio::test]
async fn t67_a_statement_that_waits_for_a_lock_is_ended_too() {
    #[transactional(tx)]
    async fn locking(tx: impl Begin<Postgres>) -> Result<(), StoreError> {
        sqlx::query("UPDATE accounts SET cents = 0 WHERE id = 1").execute(&mut tx).await?;
        Ok(())
    }
    let Some((store, _proxy, before)) = warm_with_account().await else { return };
    let mut outside = store.outside().await;
    outside.execute("BEGIN; UPDATE accounts SET cents = 7 WHERE id = 1").await.unwrap();
    let mut call = Box::pin(locking(&store.pool));
    let waits = store.until("it waits", |all| all.iter().any(weftwork_tests::postgres::Session::waits_for_lock));
    tokio::select! {
        _ = &mut call => unreachable!(),
        _ = waits => {}
    }
    drop(call);
    store.until("nobody waits", |all| !all.iter().any(weftwork_tests::postgres::Session::waits_for_lock)).await;
    add(&store.pool, &[1]).await.unwrap();
    outside.execute("COMMIT").await.unwrap();
    assert_clean(&store, &before).await;
}

#[tokio::test]
async fn t67_the_cancel_never_hits_the_next_borrower() {
    let Some((store, proxy, before)) = warm_with_account().await else { return };
    for side in SIDES {
        let gate = hold(&proxy, "pg_cancel_backend", side);
        let mut call = Box::pin(sleeping(&store.pool));
        asleep(&store, call.as_mut()).await;
        drop(call);
        gate.reached().await;
        if side == Side::After {
            store.until("nobody sleeps", |all| !all.iter().any(|session| session.is_running("pg_sleep"))).await;
        }
        // As long as it may still come the connection is ours.
        let mut next = Box::pin(add(&store.pool, &[1]));
        for _ in 0..100 {
            assert!(next.as_mut().now_or_never().is_none());
            tokio::task::yield_now().await;
        }
        gate.release();
        next.await.unwrap();
        assert_clean(&store, &before).await;
        assert_eq!(store.rows().await, [1]);
        sqlx::query("DELETE FROM t").execute(&store.pool).await.unwrap();
    }
}

#[tokio::test]
async fn t67_a_cancel_that_comes_too_late_hits_nobody() {
    let Some((store, proxy, before)) = warm_with_account().await else { return };
    let mut outside = store.outside().await;
    outside.execute("SELECT pg_advisory_lock(1)").await.unwrap();
    let gate = proxy.hold_request("pg_cancel_backend");
    let mut call = Box::pin(locked(&store.pool));
    let waits = store.until("it waits", |all| all.iter().any(weftwork_tests::postgres::Session::waits_for_lock));
    tokio::select! {
        _ = &mut call => unreachable!(),
        _ = waits => {}
    }
    drop(call);
    gate.reached().await;
    // The statement ends on its own before it is told to.
    outside.execute("SELECT pg_advisory_unlock(1)").await.unwrap();
    store
        .until("it rests", |all| {
            all.iter()
                .all(|session| session.application_name != POOL || session.state != "active" || session.is_running("cancel"))
        })
        .await;
    gate.release();
    add(&store.pool, &[1]).await.unwrap();
    assert_clean(&store, &before).await;
    assert_eq!(store.rows().await, [1]);
}

#[transactional(tx)]
async fn locked(tx: impl Begin<Postgres>) -> Result<(), StoreError> {
    sqlx::query("SELECT pg_advisory_xact_lock(1)").execute(&mut tx).await?;
    std::future::pending().await
}

#[tokio::test]
async fn t67_the_server_can_not_be_told() {
    // No connection for the cancel: the statement ends by itself, and is rolled back then.
    let Some((store, proxy, before)) = warm_with_account().await else { return };
    let mut outside = store.outside().await;
    outside.execute("SELECT pg_advisory_lock(1)").await.unwrap();
    let mut call = Box::pin(locked(&store.pool));
    let waits = store.until("it waits", |all| all.iter().any(weftwork_tests::postgres::Session::waits_for_lock));
    tokio::select! {
        _ = &mut call => unreachable!(),
        _ = waits => {}
    }
    proxy.refuse();
    drop(call);
    outside.execute("SELECT pg_advisory_unlock(1)").await.unwrap();
    assert_clean(&store, &before).await;
    proxy.admit();
}
