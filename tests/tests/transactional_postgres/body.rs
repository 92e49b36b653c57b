//! Dropped in the body, and a statement's future that is dropped while the caller goes on (T60, T66, T68).

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;

use futures::{FutureExt, StreamExt};
use sqlx::{PgPool, Postgres};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use weftwork::{Begin, TxError, generator, timeout, transactional};
use weftwork_tests::proxy::Proxy;
use weftwork_tests::store::StoreError;

use crate::kit::{SIDES, Side, assert_clean, cut, hold, processes, put, warm};

/// A row, and then nothing until it is dropped.
#[transactional(tx)]
async fn wait(tx: impl Begin<Postgres>, started: &Notify) -> Result<(), StoreError> {
    put(&mut tx, 1).await?;
    started.notify_one();
    std::future::pending().await
}

#[derive(Debug, thiserror::Error)]
enum LimitedError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Elapsed(#[from] weftwork::Elapsed),
}

#[tokio::test]
async fn t60_dropped_in_the_body_by_everything_that_drops() {
    #[timeout(20ms)]
    async fn limited(pool: &PgPool) -> Result<(), LimitedError> {
        Ok(wait(pool, &Notify::new()).await?)
    }
    let Some((store, _proxy)) = warm().await else { return };
    let before = processes(&store).await;
    // Where that is a construct of ours it is over when it returns: nobody is in a transaction then.
    assert!(matches!(limited(&store.pool).await, Err(LimitedError::Elapsed(_))));
    assert!(store.sessions("pool").await.iter().all(|session| session.state == "idle"));
    assert_clean(&store, &before).await;

    let started = Notify::new();
    tokio::select! {
        _ = wait(&store.pool, &started) => unreachable!(),
        () = started.notified() => {}
    }
    assert_clean(&store, &before).await;

    let started = Arc::new(Notify::new());
    let spawned = |pool: PgPool| {
        let started = Arc::clone(&started);
        async move { wait(&pool, &started).await }
    };
    let task = tokio::spawn(spawned(store.pool.clone()));
    started.notified().await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    assert_clean(&store, &before).await;

    let mut set = JoinSet::new();
    set.spawn(spawned(store.pool.clone()));
    started.notified().await;
    drop(set);
    assert_clean(&store, &before).await;

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
    assert_clean(&store, &before).await;
    assert!(store.rows().await.is_empty());
}

#[tokio::test]
async fn t60_a_race_that_gives_a_transaction_up_waits_for_its_rollback() {
    let Some((store, proxy)) = warm().await else { return };
    let before = processes(&store).await;
    let started = Arc::new(Notify::new());
    let gate = hold(&proxy, "ROLLBACK", Side::Before);
    let mut race = Box::pin(weftwork::race!(wait(&store.pool, &started), async {
        started.notified().await;
        Ok(())
    }));
    gate.reach(race.as_mut()).await;
    gate.release();
    race.await.unwrap();
    assert!(store.sessions("pool").await.iter().all(|session| session.state == "idle"));
    assert_clean(&store, &before).await;
}

#[tokio::test]
async fn t60_dropped_in_a_statement() {
    let Some((store, proxy)) = warm().await else { return };
    let before = processes(&store).await;
    for side in SIDES {
        let gate = hold(&proxy, "INSERT", side);
        cut(&gate, Box::pin(crate::kit::add(&store.pool, &[1]))).await;
        assert_clean(&store, &before).await;
        assert!(store.rows().await.is_empty());
    }
}

#[transactional(tx)]
async fn dropping(tx: impl Begin<Postgres>, proxy: &Proxy, dropped: i64, side: Side) -> Result<(), StoreError> {
    put(&mut tx, 1).await?;
    let gate = hold(proxy, "INSERT", side);
    cut(&gate, Box::pin(put(&mut tx, dropped))).await;
    put(&mut tx, 3).await
}

#[tokio::test]
async fn t66_a_dropped_statement_that_succeeds_counts() {
    let Some((store, proxy)) = warm().await else { return };
    let before = processes(&store).await;
    for side in SIDES {
        dropping(&store.pool, &proxy, 2, side).await.unwrap();
        assert_eq!(store.rows().await, [1, 2, 3]);
        assert_clean(&store, &before).await;
        sqlx::query("DELETE FROM t").execute(&store.pool).await.unwrap();
    }
}

#[tokio::test]
async fn t66_a_dropped_statement_that_fails_is_the_next_ones_error() {
    let Some((store, proxy)) = warm().await else { return };
    let before = processes(&store).await;
    for side in SIDES {
        let error = dropping(&store.pool, &proxy, 1, side).await.unwrap_err();
        assert!(format!("{error:?}").contains("23505"), "{error:?}");
        assert!(store.rows().await.is_empty());
        assert_clean(&store, &before).await;
    }
}

#[transactional(tx)]
async fn dropping_last(tx: impl Begin<Postgres>, proxy: &Proxy, dropped: i64, side: Side) -> Result<(), StoreError> {
    put(&mut tx, 1).await?;
    let gate = hold(proxy, "INSERT", side);
    cut(&gate, Box::pin(put(&mut tx, dropped))).await;
    Ok(())
}

#[tokio::test]
async fn t66_a_dropped_statement_that_is_the_last_one() {
    let Some((store, proxy)) = warm().await else { return };
    let before = processes(&store).await;
    for side in SIDES {
        let error = dropping_last(&store.pool, &proxy, 1, side).await.unwrap_err();
        assert!(matches!(error, StoreError::Tx(TxError::Failed(_))), "{error:?}");
        assert!(format!("{error:?}").contains("23505"), "{error:?}");
        assert!(store.rows().await.is_empty());
        dropping_last(&store.pool, &proxy, 2, side).await.unwrap();
        assert_eq!(store.rows().await, [1, 2]);
        assert_clean(&store, &before).await;
        sqlx::query("DELETE FROM t").execute(&store.pool).await.unwrap();
    }
}

#[tokio::test]
async fn t68_a_panic_rolls_back_and_goes_on() {
    #[transactional(tx)]
    async fn panicking(tx: impl Begin<Postgres>) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        std::panic::panic_any(42_u8)
    }
    let Some((store, _proxy)) = warm().await else { return };
    let before = processes(&store).await;
    let payload = AssertUnwindSafe(panicking(&store.pool)).catch_unwind().await.unwrap_err();
    assert_eq!(*payload.downcast::<u8>().unwrap(), 42);
    assert_clean(&store, &before).await;
    let pool = store.pool.clone();
    let payload = tokio::spawn(async move { panicking(&pool).await }).await.unwrap_err().into_panic();
    assert_eq!(*payload.downcast::<u8>().unwrap(), 42);
    assert_clean(&store, &before).await;
    assert!(store.rows().await.is_empty());
}
