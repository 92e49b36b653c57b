//! What these tests share.

use std::pin::Pin;

use sqlx::Postgres;
use weftwork::{Begin, Tx, transactional};
use weftwork_tests::postgres::{POOL, PgStore};
use weftwork_tests::proxy::{At, Gate, Proxy};
use weftwork_tests::store::StoreError;

pub(crate) const NO: StoreError = StoreError::Own("no");

/// Inserts a row.
pub(crate) async fn put(tx: &mut Tx<Postgres>, n: i64) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO t VALUES ($1)").bind(n).execute(tx).await?;
    Ok(())
}

#[transactional(tx)]
pub(crate) async fn add(tx: impl Begin<Postgres>, rows: &[i64]) -> Result<(), StoreError> {
    for n in rows {
        put(&mut tx, *n).await?;
    }
    Ok(())
}

#[transactional(tx)]
pub(crate) async fn add_and_fail(tx: impl Begin<Postgres>, n: i64) -> Result<(), StoreError> {
    put(&mut tx, n).await?;
    Err(NO)
}

/// On which side of the server a message is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The server has not got it yet.
    Before,
    /// The server has done it, and its answer is on the way.
    After,
}

pub(crate) const SIDES: [Side; 2] = [Side::Before, Side::After];

/// Holds the next such message.
pub(crate) fn hold(proxy: &Proxy, at: impl Into<At>, side: Side) -> Gate {
    match side {
        Side::Before => proxy.hold_request(at),
        Side::After => proxy.hold_reply(at),
    }
}

/// Runs `call` until its message stands at the gate, drops it there, and lets the message go on.
pub(crate) async fn cut<T>(gate: &Gate, mut call: Pin<Box<dyn Future<Output = T> + '_>>) {
    gate.reach(call.as_mut()).await;
    drop(call);
    gate.release();
}

/// A pool of one connection, behind a proxy, which has run a transaction.
pub(crate) async fn warm() -> Option<(PgStore, Proxy)> {
    let (store, proxy) = PgStore::behind_proxy(1).await?;
    add(&store.pool, &[0]).await.unwrap();
    sqlx::query("DELETE FROM t").execute(&store.pool).await.unwrap();
    let _ = proxy.log();
    Some((store, proxy))
}

/// The processes of the pool's connections.
pub(crate) async fn processes(store: &PgStore) -> Vec<i32> {
    store.sessions(POOL).await.into_iter().map(|session| session.pid).collect()
}

/// Checks that nobody is in a transaction and the next borrower is undisturbed, on the same connection as before.
pub(crate) async fn assert_clean(store: &PgStore, before: &[i32]) {
    // It waits until the connection is back.
    store.assert_whole().await;
    store.no_session_in_transaction().await;
    assert_eq!(processes(store).await, before, "the connection was not kept");
}
