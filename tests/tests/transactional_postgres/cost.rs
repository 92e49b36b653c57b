//! What a transaction costs in exchanges, and how many run at once (T82, T83).

use sqlx::{ConnectOptions, PgPool, Postgres};
use tokio::sync::Barrier;
use weftwork::{Begin, Tx, gather, transactional};
use weftwork_tests::postgres::PgStore;
use weftwork_tests::store::StoreError;
use weftwork_tests::{Gauge, proxy::Proxy};

use crate::kit::{add, put};

async fn accounts(store: &PgStore) {
    sqlx::query("INSERT INTO accounts VALUES (1, 100), (2, 100)").execute(&store.pool).await.unwrap();
}

const DEBIT: &str = "UPDATE accounts SET cents = cents - $1 WHERE id = $2";
const CREDIT: &str = "UPDATE accounts SET cents = cents + $1 WHERE id = $2";

async fn by_hand(pool: &PgPool) -> Result<(), sqlx::Error> {
    let mut tx = pool.begin().await?;
    sqlx::query(DEBIT).bind(7_i64).bind(1_i64).execute(&mut *tx).await?;
    sqlx::query(CREDIT).bind(7_i64).bind(2_i64).execute(&mut *tx).await?;
    tx.commit().await
}

#[transactional(tx)]
async fn transfer(tx: impl Begin<Postgres>) -> Result<(), StoreError> {
    change(&mut tx, DEBIT, 1).await?;
    change(&mut tx, CREDIT, 2).await
}

#[transactional(tx, retry = 3, timeout = 60s)]
async fn transfer_with_options(tx: impl Begin<Postgres>) -> Result<(), StoreError> {
    transfer(&mut tx).await
}

#[transactional(tx, isolation = serializable)]
async fn transfer_strictly(tx: impl Begin<Postgres>) -> Result<(), StoreError> {
    transfer(&mut tx).await
}

async fn change(tx: &mut Tx<Postgres>, sql: &'static str, id: i64) -> Result<(), StoreError> {
    sqlx::query(sql).bind(7_i64).bind(id).execute(tx).await?;
    Ok(())
}

fn cost(proxy: &Proxy) -> (usize, usize) {
    (proxy.round_trips(), proxy.log().len())
}

#[tokio::test]
async fn t83_as_many_exchanges_as_by_hand() {
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    accounts(&store).await;
    // Each of them once, since the first time statements are prepared and the server is met.
    by_hand(&store.pool).await.unwrap();
    transfer(&store.pool).await.unwrap();
    let _ = cost(&proxy);
    by_hand(&store.pool).await.unwrap();
    let hand = cost(&proxy);
    assert_eq!(hand, (4, 4));
    transfer(&store.pool).await.unwrap();
    assert_eq!(cost(&proxy), hand);
    transfer_with_options(&store.pool).await.unwrap();
    assert_eq!(cost(&proxy), hand);
    // One more for the number, which is asked for at the end.
    transfer_strictly(&store.pool).await.unwrap();
    assert_eq!(cost(&proxy), (hand.0 + 1, hand.1 + 1));
}

#[tokio::test]
async fn t83_on_a_new_connection_to_a_known_server_too() {
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    accounts(&store).await;
    transfer(&store.pool).await.unwrap();
    let mut costs = Vec::new();
    for ours in [false, true] {
        let options = store.options_through(&proxy);
        let pool = sqlx::postgres::PgPoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
        for _ in 0..2 {
            let _ = cost(&proxy);
            if ours {
                transfer(&pool).await.unwrap();
            } else {
                by_hand(&pool).await.unwrap();
            }
            costs.push(cost(&proxy));
        }
    }
    let [first, second, ours_first, ours_second] = costs[..] else { unreachable!() };
    assert_eq!((ours_first, ours_second), (first, second));
}

#[test]
fn t83_nothing_is_spawned_unless_something_is_cut() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    // The pool's own tasks run elsewhere, and so does the proxy.
    let other = runtime();
    let Some(store) = other.block_on(PgStore::open(1)) else { return };
    let runtime = runtime();
    runtime.block_on(async {
        add(store.options().connect().await.unwrap(), &[1, 2]).await.unwrap();
        crate::kit::add_and_fail(store.options().connect().await.unwrap(), 3).await.unwrap_err();
        assert_eq!(runtime.metrics().num_alive_tasks(), 0);
    });
    drop(store);
}

#[tokio::test]
async fn t82_ten_calls_side_by_side() {
    /// Nobody leaves it before all have begun.
    #[transactional(tx)]
    async fn meeting(tx: impl Begin<Postgres>, n: i64, all: &Barrier) -> Result<(), StoreError> {
        put(&mut tx, n).await?;
        all.wait().await;
        Ok(())
    }
    let Some(store) = PgStore::open(10).await else { return };
    let all = Barrier::new(10);
    gather!(for n in 0..10 {
        meeting(&store.pool, n, &all)?
    })
    .await
    .unwrap();
    assert_eq!(store.rows().await.len(), 10);
    store.assert_whole().await;
}

#[tokio::test]
async fn t82_ten_calls_on_three_connections() {
    #[transactional(tx)]
    async fn counted(tx: impl Begin<Postgres>, n: i64, gauge: &Gauge) -> Result<(), StoreError> {
        let _inside = gauge.enter();
        put(&mut tx, n).await
    }
    let Some(store) = PgStore::open(3).await else { return };
    let gauge = Gauge::new();
    gather!(for n in 0..10 {
        counted(&store.pool, n, &gauge)?
    })
    .await
    .unwrap();
    assert!(gauge.peak() <= 3, "{}", gauge.peak());
    assert_eq!(store.rows().await.len(), 10);
    store.assert_whole().await;
}
