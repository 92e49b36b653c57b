//! A transaction of its own inside of another one: `nested`, `requires_new`, and what would wait for itself. T14 to T17.

use std::pin::pin;
use std::time::Duration;

use sqlx::pool::PoolOptions;
use sqlx::sqlite::{SqliteJournalMode, SqlitePoolOptions};
use sqlx::{Pool, Postgres, Sqlite, SqlitePool};
use weftwork::{Begin, TxError, transactional};
use weftwork_tests::backend::{Backend, Base, put};
use weftwork_tests::postgres::PgStore;
use weftwork_tests::store::{Store, StoreError};
use weftwork_tests::{on_every_backend, poll_once, spin};

on_every_backend! { 2: t14_nested_undoes_only_itself, t15_a_writer_of_its_own_inside_a_reader }
on_every_backend! { 1: t17_what_holds_all_connections_waits_for_nobody_else }
on_every_backend! { 2: t17_all_that_hold_one_are_named, t17_a_connection_that_others_hold_is_waited_for }

const NO: StoreError = StoreError::Own("no");

#[transactional(tx, propagation = nested)]
async fn nested<Db: Backend>(tx: impl Begin<Db>, n: i64, succeeds: bool) -> Result<(), StoreError> {
    put(&mut tx, n).await?;
    if succeeds { Ok(()) } else { Err(NO) }
}

async fn t14_nested_undoes_only_itself<S: Base>(store: S) {
    #[transactional(tx)]
    async fn outer<Db: Backend>(tx: impl Begin<Db>, succeeds: bool) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        nested(&mut tx, 2, false).await.unwrap_err();
        nested(&mut tx, 3, true).await?;
        put(&mut tx, 4).await?;
        if succeeds { Ok(()) } else { Err(NO) }
    }
    outer(store.pool(), false).await.unwrap_err();
    assert!(store.rows().await.is_empty());
    outer(store.pool(), true).await.unwrap();
    assert_eq!(store.rows().await, [1, 3, 4]);
    // On a pool it is a plain transaction.
    nested(store.pool(), 5, true).await.unwrap();
    nested(store.pool(), 6, false).await.unwrap_err();
    assert_eq!(store.rows().await, [1, 3, 4, 5]);
    store.assert_whole().await;
}

#[transactional(tx, propagation = requires_new)]
async fn own<Db: Backend>(tx: impl Begin<Db>, n: i64, succeeds: bool) -> Result<(), StoreError> {
    put(&mut tx, n).await?;
    if succeeds { Ok(()) } else { Err(NO) }
}

async fn t15_a_writer_of_its_own_inside_a_reader<S: Base>(store: S) {
    #[transactional(tx, read_only)]
    async fn outer<S: Base>(tx: impl Begin<S::Db>, store: &S) -> Result<(), StoreError> {
        own(&mut tx, 1, true).await?;
        assert_eq!(store.rows().await, [1]);
        own(&mut tx, 2, false).await.unwrap_err();
        assert_eq!(S::Db::seen(&mut tx).await?, [1]);
        Err(NO)
    }
    outer(store.pool(), &store).await.unwrap_err();
    assert_eq!(store.rows().await, [1]);
    own(store.pool(), 3, true).await.unwrap();
    assert_eq!(store.rows().await, [1, 3]);
    store.assert_whole().await;
}

#[tokio::test]
async fn t15_postgres_requires_new_is_independent() {
    #[transactional(tx)]
    async fn outer(tx: impl Begin<Postgres>, succeeds: bool) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        own(&mut tx, 2, true).await?;
        own(&mut tx, 3, false).await.unwrap_err();
        // Seen, since it is committed; the outer's isolation is that of the database.
        assert_eq!(Postgres::seen(&mut tx).await?, [1, 2]);
        if succeeds { Ok(()) } else { Err(NO) }
    }
    let Some(store) = PgStore::open(2).await else { return };
    outer(&store.pool, false).await.unwrap_err();
    assert_eq!(store.rows().await, [2]);
    store.clear().await;
    outer(&store.pool, true).await.unwrap();
    assert_eq!(store.rows().await, [1, 2]);
    store.assert_whole().await;
}

#[tokio::test]
async fn t15_requires_new_needs_a_pool() {
    #[transactional(tx)]
    async fn outer<Db: Backend>(tx: impl Begin<Db>) -> Result<(), StoreError> {
        let error = own(&mut tx, 1, true).await.unwrap_err();
        let StoreError::Tx(TxError::Begin(cause)) = &error else { panic!("{error:?}") };
        assert!(cause.to_string().contains("`requires_new` takes a second connection"), "{cause}");
        put(&mut tx, 2).await
    }
    for store in Store::both(1).await {
        outer(store.outside().await).await.unwrap();
        assert_eq!(store.rows().await, [2]);
    }
}

#[tokio::test]
async fn t16_postgres_a_begin_that_fails_leaves_the_outer_alone() {
    #[transactional(tx)]
    async fn outer(tx: impl Begin<Postgres>, proxy: &weftwork_tests::proxy::Proxy) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        proxy.cut_request("BEGIN");
        let error = own(&mut tx, 2, true).await.unwrap_err();
        assert!(matches!(error, StoreError::Tx(TxError::Begin(_))), "{error:?}");
        put(&mut tx, 3).await
    }
    let Some((store, proxy)) = PgStore::behind_proxy(2).await else { return };
    outer(&store.pool, &proxy).await.unwrap();
    assert_eq!(store.rows().await, [1, 3]);
    store.assert_whole().await;
}

#[tokio::test]
async fn t16_sqlite_a_begin_that_fails_leaves_the_outer_alone() {
    #[transactional(tx, read_only)]
    async fn outer<Db: Backend>(tx: impl Begin<Db>) -> Result<Vec<i64>, StoreError> {
        let error = own(&mut tx, 2, true).await.unwrap_err();
        assert!(matches!(error, StoreError::Tx(TxError::Begin(_))), "{error:?}");
        Db::seen(&mut tx).await
    }
    for store in Store::both(1).await {
        Sqlite::put_outside(&store.pool, 1).await.unwrap();
        let impatient = store.options().busy_timeout(Duration::ZERO);
        let pool = SqlitePoolOptions::new().max_connections(2).connect_with(impatient).await.unwrap();
        let mut other = store.outside().await;
        sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
        assert_eq!(outer(&pool).await.unwrap(), [1]);
        sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    }
}

/// The functions that a call would have waited for.
#[track_caller]
fn waiting(error: StoreError) -> Vec<&'static str> {
    let StoreError::Tx(TxError::WouldWaitForItself { functions }) = error else { panic!("{error:?}") };
    functions
}

#[transactional(tx = pool, read_only)]
async fn innermost<Db: Backend>(pool: &Pool<Db>) -> Result<(), StoreError> {
    Db::seen(&mut tx).await.map(drop)
}

#[transactional(tx = pool, read_only)]
async fn middle<Db: Backend>(pool: &Pool<Db>) -> Result<(), StoreError> {
    innermost(pool).await
}

async fn t17_what_holds_all_connections_waits_for_nobody_else<S: Base>(store: S) {
    #[transactional(tx, read_only, propagation = requires_new)]
    async fn new<Db: Backend>(tx: impl Begin<Db>) -> Result<(), StoreError> {
        unreachable!("{tx:?}")
    }
    #[transactional(tx, read_only)]
    async fn requiring<Db: Backend>(tx: impl Begin<Db>) -> Result<(), StoreError> {
        let waits = waiting(new(&mut tx).await.unwrap_err());
        assert_eq!(waits, ["requiring", "new"]);
        // The outer is as good as before.
        Db::seen(&mut tx).await.map(drop)
    }
    let error = middle(store.pool()).await.unwrap_err();
    assert_eq!(error.to_string(), "the transaction would wait for itself: `middle` > `innermost`, hand `tx` on to join");
    requiring(store.pool()).await.unwrap();
    // Another pool on the same database has connections of its own.
    let other = store.other_pool(PoolOptions::new().max_connections(1)).await;
    #[transactional(tx = pool, read_only)]
    async fn elsewhere<Db: Backend>(pool: &Pool<Db>, other: &Pool<Db>) -> Result<(), StoreError> {
        innermost(other).await
    }
    elsewhere(store.pool(), &other).await.unwrap();
    store.assert_whole().await;
}

async fn t17_all_that_hold_one_are_named<S: Base>(store: S) {
    #[transactional(tx = pool, read_only)]
    async fn outer<Db: Backend>(pool: &Pool<Db>) -> Result<(), StoreError> {
        middle(pool).await
    }
    assert_eq!(waiting(outer(store.pool()).await.unwrap_err()), ["outer", "middle", "innermost"]);
    // Two of them there are.
    middle(store.pool()).await.unwrap();
    store.assert_whole().await;
}

async fn t17_a_connection_that_others_hold_is_waited_for<S: Base>(store: S) {
    let others = store.pool().acquire().await.unwrap();
    let mut call = pin!(middle(store.pool()));
    assert!(poll_once(call.as_mut()).is_pending());
    // The middle one has the second connection and stands in the innermost's wait.
    while store.pool().num_idle() > 0 || store.pool().size() < 2 {
        assert!(poll_once(call.as_mut()).is_pending());
        tokio::task::yield_now().await;
    }
    spin().await;
    assert!(poll_once(call.as_mut()).is_pending());
    drop(others);
    call.await.unwrap();
    store.assert_whole().await;
}

#[tokio::test]
async fn t17_sqlite_a_writer_inside_a_writer_of_the_same_file() {
    #[transactional(tx = pool)]
    async fn writer(pool: &SqlitePool, n: i64) -> Result<(), StoreError> {
        put(&mut tx, n).await
    }
    #[transactional(tx = pool)]
    async fn outer(pool: &SqlitePool, other: &SqlitePool) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        let error = writer(other, 2).await.unwrap_err();
        assert_eq!(waiting(error), ["outer", "writer"]);
        // A reader does not wait for a writer before that commits.
        innermost(other).await
    }
    for journal in [SqliteJournalMode::Wal, SqliteJournalMode::Delete] {
        let store = Store::open(journal, 5).await;
        outer(&store.pool, &store.pool).await.unwrap();
        store.clear().await;
        // Another pool on the same file is no other file.
        let other = store.other_pool(PoolOptions::new()).await;
        outer(&store.pool, &other).await.unwrap();
        assert_eq!(store.rows().await, [1]);
        // What only stands beside it waits.
        let (first, second) = tokio::join!(writer(&store.pool, 3), writer(&other, 4));
        first.and(second).unwrap();
        store.assert_whole().await;
    }
}
