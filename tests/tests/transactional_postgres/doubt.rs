//! The connection is lost while COMMIT is under way (T78 to T80).

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sqlx::postgres::PgPoolOptions;
use sqlx::{ConnectOptions, PgPool, Postgres};
use weftwork::{Begin, TxError, attempt, transactional};
use weftwork_tests::Log;
use weftwork_tests::postgres::PgStore;
use weftwork_tests::proxy::Proxy;
use weftwork_tests::store::StoreError;

use crate::kit::{SIDES, Side, put, warm};

/// A row, a note of each run of the body, and of what the hooks are told.
async fn body(tx: &mut weftwork::Tx<Postgres>, n: i64, log: &Log) -> Result<u32, StoreError> {
    log.note(format!("body{}", attempt()));
    put(tx, n).await?;
    let (committed, completed) = (log.clone(), log.clone());
    tx.after_commit(async move { committed.note("hook") });
    tx.after_completion(move |outcome| async move { completed.note(format!("{outcome:?}")) });
    Ok(attempt())
}

#[transactional(tx)]
async fn once(tx: impl Begin<Postgres>, n: i64, log: &Log) -> Result<u32, StoreError> {
    body(&mut tx, n, log).await
}

#[transactional(tx, retry = 3)]
async fn again(tx: impl Begin<Postgres>, n: i64, log: &Log) -> Result<u32, StoreError> {
    body(&mut tx, n, log).await
}

#[transactional(tx, retry = 3, isolation = serializable)]
async fn strictly(tx: impl Begin<Postgres>, n: i64, log: &Log) -> Result<u32, StoreError> {
    body(&mut tx, n, log).await
}

#[tokio::test]
async fn t78_the_reply_to_commit_is_lost() {
    let Some((store, proxy)) = warm().await else { return };
    for n in 1..=3 {
        let log = Log::new();
        let cut = proxy.cut_reply("COMMIT");
        let result = match n {
            1 => once(&store.pool, n, &log).await,
            2 => again(&store.pool, n, &log).await,
            _ => strictly(&store.pool, n, &log).await,
        };
        assert!(cut.is_reached());
        assert_eq!(result.unwrap(), 1);
        assert_eq!(log.text(), "body1 hook Committed");
    }
    assert_eq!(store.rows().await, [1, 2, 3]);
    store.assert_whole().await;
}

#[tokio::test]
async fn t79_commit_never_arrives() {
    let Some((store, proxy)) = warm().await else { return };
    let log = Log::new();
    let _cut = proxy.cut_request("COMMIT");
    let error = once(&store.pool, 1, &log).await.unwrap_err();
    assert!(matches!(error, StoreError::Tx(TxError::Commit(_))), "{error:?}");
    assert_eq!(log.text(), "body1 RolledBack");
    assert!(store.rows().await.is_empty());
    for n in [2, 3] {
        let log = Log::new();
        let _cut = proxy.cut_request("COMMIT");
        let result = if n == 2 { again(&store.pool, n, &log).await } else { strictly(&store.pool, n, &log).await };
        assert_eq!(result.unwrap(), 2);
        assert_eq!(log.text(), "body1 RolledBack body2 hook Committed");
    }
    assert_eq!(store.rows().await, [2, 3]);
    store.assert_whole().await;
}

#[tokio::test]
async fn t78_the_server_still_runs_the_transaction_when_it_is_asked() {
    // COMMIT stands before the server, whose session has not noticed that nobody is there any more.
    let Some((store, proxy)) = warm().await else { return };
    let log = Log::new();
    let gate = proxy.hold_request("COMMIT");
    let mut call = Box::pin(again(&store.pool, 1, &log));
    gate.reach(call.as_mut()).await;
    let asked = proxy.hold_reply("pg_xact_status");
    gate.cut();
    asked.reach(call.as_mut()).await;
    asked.release();
    assert_eq!(call.await.unwrap(), 2);
    assert_eq!(store.rows().await, [1]);
    store.assert_whole().await;
}

#[tokio::test]
async fn t78_the_question_is_cut_too_and_asked_again() {
    let Some((store, proxy)) = warm().await else { return };
    let log = Log::new();
    for (n, side) in (1..).zip(SIDES) {
        let _commit = proxy.cut_reply("COMMIT");
        let question = match side {
            Side::Before => proxy.cut_request("pg_xact_status"),
            Side::After => proxy.cut_reply("pg_xact_status"),
        };
        assert_eq!(once(&store.pool, n, &log).await.unwrap(), 1);
        assert!(question.is_reached());
    }
    assert_eq!(store.rows().await, [1, 2]);
    store.assert_whole().await;
}

/// A pool that does not wait long for a connection, and so not for an answer either.
async fn impatient(store: &PgStore, proxy: &Proxy) -> PgPool {
    PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::from_millis(200))
        .connect_with(store.options_through(proxy))
        .await
        .unwrap()
}

#[tokio::test]
async fn t80_the_server_can_not_be_asked() {
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    let pool = impatient(&store, &proxy).await;
    for (n, side) in (1..).zip(SIDES) {
        let log = Log::new();
        let gate = match side {
            Side::Before => proxy.hold_request("COMMIT"),
            Side::After => proxy.hold_reply("COMMIT"),
        };
        let mut call = Box::pin(again(&pool, n, &log));
        gate.reach(call.as_mut()).await;
        proxy.refuse();
        gate.cut();
        let error = call.await.unwrap_err();
        let StoreError::Tx(TxError::Unknown { id: Some(id), .. }) = &error else { panic!("{error:?}") };
        assert!(error.to_string().contains(id.as_str()), "{error}");
        // Not repeated, and no hook has run but the one that is told.
        assert_eq!(log.text(), "body1 Unknown");
        store.until("the server has noticed", |all| !all.iter().any(weftwork_tests::postgres::Session::is_in_transaction)).await;
        // Whoever can ask, can do so with the number.
        let status: String = sqlx::query_scalar("SELECT pg_xact_status($1::text::xid8)")
            .bind(id)
            .fetch_one(&mut store.outside().await)
            .await
            .unwrap();
        assert_eq!(status, if side == Side::After { "committed" } else { "aborted" });
        assert_eq!(store.rows().await.contains(&n), side == Side::After);
        proxy.admit();
    }
    assert_eq!(again(&pool, 3, &Log::new()).await.unwrap(), 1);
    assert_eq!(store.rows().await, [2, 3]);
}

#[tokio::test]
async fn t80_a_connection_of_ones_own_can_not_be_asked_about() {
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    let connection = store.options_through(&proxy).connect().await.unwrap();
    let _cut = proxy.cut_reply("COMMIT");
    let log = Log::new();
    let error = again(connection, 1, &log).await.unwrap_err();
    assert!(matches!(error, StoreError::Tx(TxError::Unknown { id: Some(_), .. })), "{error:?}");
    assert_eq!(log.text(), "body1 Unknown");
    assert_eq!(store.rows().await, [1]);
}

#[tokio::test]
async fn t80_a_transaction_that_wrote_nothing_is_not_in_doubt() {
    #[transactional(tx, read_only)]
    async fn reading(tx: impl Begin<Postgres>) -> Result<i32, StoreError> {
        Ok(sqlx::query_scalar("SELECT 1").fetch_one(&mut tx).await?)
    }
    #[transactional(tx, isolation = repeatable_read, retry = 2)]
    async fn looking(tx: impl Begin<Postgres>, runs: &AtomicU32) -> Result<i32, StoreError> {
        runs.fetch_add(1, Ordering::Relaxed);
        Ok(sqlx::query_scalar("SELECT 1").fetch_one(&mut tx).await?)
    }
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    let pool = impatient(&store, &proxy).await;
    let _cut = proxy.cut_reply("COMMIT");
    let error = reading(&pool).await.unwrap_err();
    assert!(matches!(error, StoreError::Tx(TxError::Commit(_))), "{error:?}");
    let runs = AtomicU32::new(0);
    let _cut = proxy.cut_reply("COMMIT");
    assert_eq!(looking(&pool, &runs).await.unwrap(), 1);
    assert_eq!(runs.into_inner(), 2);
}

#[tokio::test]
async fn t78_dropped_in_the_question() {
    let Some((store, proxy)) = warm().await else { return };
    let log = Log::new();
    let commit = proxy.hold_reply("COMMIT");
    let mut call = Box::pin(again(&store.pool, 1, &log));
    commit.reach(call.as_mut()).await;
    let asked = proxy.hold_request("pg_xact_status");
    commit.cut();
    asked.reach(call.as_mut()).await;
    drop(call);
    asked.release();
    assert!(weftwork::drain(weftwork::secs(60)).await.is_empty());
    assert_eq!(log.text(), "body1 hook Committed");
    assert_eq!(store.rows().await, [1]);
    store.assert_whole().await;
}
