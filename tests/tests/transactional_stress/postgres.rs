//! On PostgreSQL, through a proxy that holds messages and cuts connections.

use std::sync::Arc;

use sqlx::{PgPool, Postgres};
use weftwork::{Begin, Tx, drain, savepoint, secs, transactional};
use weftwork_tests::polls::polls;
use weftwork_tests::postgres::PgStore;
use weftwork_tests::proxy::{At, Gate, Proxy};
use weftwork_tests::store::StoreError;

use crate::bank::{ACCOUNTS, START, Seen, TRANSFERS, Transfer, seed};

async fn put(tx: &mut Tx<Postgres>, n: i64) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO t VALUES ($1)").bind(n).execute(tx).await?;
    Ok(())
}

async fn add(tx: &mut Tx<Postgres>, account: i64, cents: i64) -> Result<i64, StoreError> {
    let sql = "UPDATE accounts SET cents = cents + $1 WHERE id = $2 RETURNING cents";
    Ok(sqlx::query_scalar(sql).bind(cents).bind(account).fetch_one(tx).await?)
}

/// Two of them may wait for each other: then one is repeated.
#[transactional(tx, retry = 20)]
async fn transfer(tx: impl Begin<Postgres>, transfer: &Transfer, seen: &Seen) -> Result<(), StoreError> {
    let (id, told) = (transfer.id, seen.clone());
    tx.after_completion(move |outcome| async move { told.outcome(id, outcome) });
    put(&mut tx, id).await?;
    // The note is undone, and the transfer goes on.
    let note = savepoint!(tx, async || -> Result<(), StoreError> {
        put(&mut tx, -id - 1).await?;
        Err(StoreError::Own("no note"))
    })
    .await;
    match note {
        Err(StoreError::Own(_)) => {}
        other => return other,
    }
    if add(&mut tx, transfer.from, -transfer.cents).await? < 0 {
        return Err(StoreError::Own("no money"));
    }
    savepoint!(tx, { credit(&mut tx, transfer).await }).await
}

#[transactional(tx)]
async fn credit(tx: impl Begin<Postgres>, transfer: &Transfer) -> Result<(), StoreError> {
    add(&mut tx, transfer.to, transfer.cents).await.map(drop)
}

/// Runs `call` until a message stands at the gate, whoever's it is, and drops it there.
async fn until<T>(gate: Gate, call: impl Future<Output = T>) -> Option<T> {
    let result = tokio::select! {
        biased;
        () = gate.reached() => None,
        result = call => Some(result),
    };
    gate.release();
    result
}

/// One transfer, which goes as chance has it: it is given up after some polls or when some message is on its way, or a
/// connection is cut in the meantime.
async fn chance(pool: &PgPool, proxy: &Proxy, next: &mut Transfer, seen: &Seen) -> Option<Result<(), StoreError>> {
    let kind = next.random.below(8);
    let count = usize::try_from(next.random.below(40)).unwrap();
    let message = At::any().after(count);
    match kind {
        0..=2 => polls(count, transfer(pool, next, seen)).await,
        3 | 4 => until(proxy.hold_request(message), transfer(pool, next, seen)).await,
        5 | 6 => until(proxy.hold_reply(message), transfer(pool, next, seen)).await,
        _ => {
            let cut = if count % 2 == 0 { proxy.cut_request(message) } else { proxy.cut_reply(message) };
            let result = transfer(pool, next, seen).await;
            cut.release();
            Some(result)
        }
    }
}

async fn transfers(pool: PgPool, proxy: Arc<Proxy>, seed: u64, mine: impl Iterator<Item = u64>, seen: Seen) {
    for number in mine {
        let mut next = Transfer::new(seed, number);
        let result = chance(&pool, &proxy, &mut next, &seen).await;
        seen.result(next.id, result);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t70_no_money_is_made_or_lost_through_a_proxy() {
    const WORKERS: usize = 12;
    let Some((store, proxy)) = PgStore::behind_proxy(8).await else { return };
    let (seed, proxy) = (seed(), Arc::new(proxy));
    for id in 0..i64::try_from(ACCOUNTS).unwrap() {
        sqlx::query("INSERT INTO accounts VALUES ($1, $2)").bind(id).bind(START).execute(&store.pool).await.unwrap();
    }
    let seen = Seen::default();
    let tasks = (0..WORKERS).map(|worker| {
        let mine = (0..TRANSFERS).skip(worker).step_by(WORKERS);
        tokio::spawn(transfers(store.pool.clone(), Arc::clone(&proxy), seed, mine, seen.clone()))
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    assert!(drain(secs(60)).await.is_empty());
    store.assert_whole().await;
    store.no_session_in_transaction().await;
    let sum = sqlx::query_scalar("SELECT sum(cents)::bigint FROM accounts").fetch_one(&store.pool).await.unwrap();
    seen.check("PostgreSQL", sum, &store.rows().await);
}
