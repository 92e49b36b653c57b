//! Held and cut at every message there is, one after the other: it is there whole or not at all, and as it was reported.

use sqlx::{Executor, Postgres};
use weftwork::{Begin, TxError, savepoint, transactional};
use weftwork_tests::postgres::PgStore;
use weftwork_tests::proxy::{At, Gate, Proxy};
use weftwork_tests::store::StoreError;

use crate::kit::{NO, SIDES, Side, add, hold, put, warm};

/// Everything that there is: a statement, a joined call, a savepoint kept and one undone.
#[transactional(tx)]
async fn all(tx: impl Begin<Postgres>) -> Result<(), StoreError> {
    put(&mut tx, 1).await?;
    add(&mut tx, &[2]).await?;
    savepoint!(tx, { add(&mut tx, &[3]).await }).await?;
    let undone = savepoint!(tx, async || -> Result<(), StoreError> {
        add(&mut tx, &[4]).await?;
        Err(NO)
    })
    .await;
    match undone {
        Err(StoreError::Own(_)) => {}
        other => return other,
    }
    put(&mut tx, 5).await
}

const WHOLE: [i64; 4] = [1, 2, 3, 5];

#[transactional(tx, isolation = serializable)]
async fn all_strictly(tx: impl Begin<Postgres>) -> Result<(), StoreError> {
    all(&mut tx).await
}

#[transactional(tx, retry = 2)]
async fn all_again(tx: impl Begin<Postgres>) -> Result<(), StoreError> {
    all(&mut tx).await
}

#[derive(Clone, Copy, Debug)]
enum How {
    Plainly,
    Strictly,
    Again,
}

async fn call(store: &PgStore, how: How) -> Result<(), StoreError> {
    match how {
        How::Plainly => all(&store.pool).await,
        How::Strictly => all_strictly(&store.pool).await,
        How::Again => all_again(&store.pool).await,
    }
}

async fn empty(store: &PgStore) {
    let mut outside = store.outside().await;
    outside.execute("DELETE FROM t").await.unwrap();
}

/// Polls `call` until it is done, or its message stands at the gate and it is dropped.
async fn drop_at<T>(gate: &Gate, call: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        () = gate.reached() => None,
        done = call => Some(done),
    }
}

#[tokio::test]
async fn t59_t65_dropped_at_every_message_it_is_there_whole_or_not_at_all() {
    let Some((store, proxy)) = warm().await else { return };
    for how in [How::Plainly, How::Strictly] {
        for side in SIDES {
            for count in 0.. {
                let gate = hold(&proxy, At::any().after(count), side);
                let done = drop_at(&gate, call(&store, how)).await;
                gate.release();
                store.assert_whole().await;
                store.no_session_in_transaction().await;
                let rows = store.rows().await;
                assert!(rows.is_empty() || rows == WHOLE, "{how:?}, {side:?} of {count}: {rows:?}");
                empty(&store).await;
                if let Some(done) = done {
                    done.unwrap();
                    assert!(count > 20 && rows == WHOLE, "{count}");
                    break;
                }
            }
        }
    }
}

fn cut(proxy: &Proxy, at: At, side: Side) -> Gate {
    match side {
        Side::Before => proxy.cut_request(at),
        Side::After => proxy.cut_reply(at),
    }
}

#[tokio::test]
async fn t58_t78_t79_cut_at_every_message_it_is_as_reported() {
    let Some((store, proxy)) = warm().await else { return };
    for how in [How::Plainly, How::Strictly, How::Again] {
        for side in SIDES {
            for count in 0.. {
                let gate = cut(&proxy, At::any().after(count), side);
                let result = call(&store, how).await;
                let is_cut = gate.is_reached();
                // Nor does it cut what comes behind.
                gate.release();
                let rows = store.rows().await;
                match &result {
                    Ok(()) => assert_eq!(rows, WHOLE, "{how:?}, {side:?} of {count}"),
                    Err(StoreError::Tx(TxError::Unknown { .. })) => panic!("{how:?}, {side:?} of {count}: it could be asked"),
                    Err(error) => assert!(rows.is_empty(), "{how:?}, {side:?} of {count}: {error:?}, and {rows:?}"),
                }
                // The pool recovers, and the server notices.
                store.assert_whole().await;
                store.no_session_in_transaction().await;
                empty(&store).await;
                if !is_cut {
                    result.unwrap();
                    assert!(count > 20, "{count}");
                    break;
                }
            }
        }
    }
}
