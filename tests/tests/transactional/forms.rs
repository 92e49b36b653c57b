//! What a call is: T1 to T8.

use std::future::Future;

use sqlx::{Pool, Postgres};
use weftwork::{Begin, Isolation, Tx, TxError, TxOptions, savepoint, transaction, transaction_with, transactional};
use weftwork_tests::backend::{Backend, Base, put};
use weftwork_tests::on_every_backend;
use weftwork_tests::postgres::PgStore;
use weftwork_tests::store::{Store, StoreError};

on_every_backend! { 2: t1_ok_commits_and_nothing_is_seen_before, t2_an_error_is_the_same_value_and_leaves_nothing, t4_every_source }
on_every_backend! { 2: t7_without_macros, t7_a_joined_body_without_macros }

/// Two rows, or an error between them.
#[transactional(tx)]
async fn both<Db: Backend>(tx: impl Begin<Db>, a: i64, b: i64) -> Result<i64, StoreError> {
    put(&mut tx, a).await?;
    if b < 0 {
        return Err(StoreError::Own("no"));
    }
    put(&mut tx, b).await?;
    Ok(a + b)
}

async fn t1_ok_commits_and_nothing_is_seen_before<S: Base>(store: S) {
    #[transactional(tx)]
    async fn looking<S: Base>(tx: impl Begin<S::Db>, store: &S) -> Result<Vec<i64>, StoreError> {
        put(&mut tx, 1).await?;
        Ok(store.rows().await)
    }
    assert!(looking(store.pool(), &store).await.unwrap().is_empty());
    assert_eq!(store.rows().await, [1]);
    store.assert_whole().await;
}

async fn t2_an_error_is_the_same_value_and_leaves_nothing<S: Base>(store: S) {
    /// An error that is no other one's equal.
    #[derive(Debug)]
    struct Unique(Box<u8>);
    impl From<TxError> for Unique {
        fn from(error: TxError) -> Self {
            unreachable!("{error}")
        }
    }
    #[transactional(tx)]
    async fn failing<Db: Backend>(tx: impl Begin<Db>, error: Unique) -> Result<(), Unique> {
        put(&mut tx, 1).await.unwrap();
        Err(error)
    }
    let error = Unique(Box::new(7));
    let place: *const u8 = &*error.0;
    assert!(std::ptr::eq(place, &*failing(store.pool(), error).await.unwrap_err().0));
    assert!(matches!(both(store.pool(), 1, -1).await, Err(StoreError::Own("no"))));
    assert!(store.rows().await.is_empty());
    store.assert_whole().await;
}

async fn t4_every_source<S: Base>(store: S) {
    both(store.pool(), 1, 2).await.unwrap();
    both(&store.pool(), 3, 4).await.unwrap();
    both(store.pool().clone(), 5, 6).await.unwrap();
    both(store.pool().acquire().await.unwrap(), 7, 8).await.unwrap();
    both(store.pool().acquire().await.unwrap(), 9, -1).await.unwrap_err();
    assert_eq!(store.rows().await, [1, 2, 3, 4, 5, 6, 7, 8]);
    store.assert_whole().await;
}

#[tokio::test]
async fn t4_postgres_a_connection_of_its_own() {
    let Some(store) = PgStore::open(1).await else { return };
    both(store.outside().await, 1, 2).await.unwrap();
    both(store.outside().await, 3, -1).await.unwrap_err();
    assert_eq!(store.rows().await, [1, 2]);
}

#[tokio::test]
async fn t5_postgres_what_goes_over_the_wire() {
    async fn plain(pool: &Pool<Postgres>) -> Result<(), StoreError> {
        Postgres::put_outside(pool, 1).await
    }
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    let begins = || proxy.log().iter().filter(|statement| statement.starts_with("BEGIN")).count();
    plain(&store.pool).await.unwrap();
    assert_eq!(begins(), 0);
    both(&store.pool, 2, 3).await.unwrap();
    both(&store.pool, 4, 5).await.unwrap();
    assert_eq!(begins(), 2);
}

/// Two methods, each of which begins on the pool.
struct Service<Db: Backend>(Pool<Db>);

impl<Db: Backend> Service<Db> {
    #[transactional(tx = self.0)]
    async fn outer(&self) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        self.inner().await?;
        Err(StoreError::Own("outer"))
    }

    #[transactional(tx = self.0)]
    async fn inner(&self) -> Result<(), StoreError> {
        // The outer's row is not committed, and so not there.
        assert!(Db::seen(&mut tx).await?.is_empty());
        put(&mut tx, 2).await
    }

    /// What joins takes `tx`.
    #[transactional(tx = self.0)]
    async fn together(&self) -> Result<(), StoreError> {
        both(&mut tx, 3, 4).await?;
        Err(StoreError::Own("together"))
    }
}

#[tokio::test]
async fn t6_postgres_what_begins_on_the_pool_is_independent() {
    let Some(store) = PgStore::open(2).await else { return };
    let service = Service(store.pool.clone());
    assert!(matches!(service.outer().await, Err(StoreError::Own("outer"))));
    assert_eq!(store.rows().await, [2]);
    assert!(matches!(service.together().await, Err(StoreError::Own("together"))));
    assert_eq!(store.rows().await, [2]);
    store.assert_whole().await;
}

#[tokio::test]
async fn t6_t17_sqlite_what_begins_on_the_pool_would_wait_for_itself() {
    for store in Store::both(2).await {
        let service = Service(store.pool.clone());
        let error = service.outer().await.unwrap_err();
        let StoreError::Tx(TxError::WouldWaitForItself { functions }) = error else { panic!("{error:?}") };
        assert_eq!(functions, ["outer", "inner"]);
        assert!(matches!(service.together().await, Err(StoreError::Own("together"))));
        assert!(store.rows().await.is_empty());
        store.assert_whole().await;
    }
}

const SERIALIZABLE: TxOptions = TxOptions::new().isolation(Isolation::Serializable);

async fn t7_without_macros<S: Base>(store: S) {
    let mut calls = 0;
    let (first, second) = (1, String::from("2"));
    // The body borrows, and changes what is outside.
    let sum = transaction(store.pool(), async |tx: &mut Tx<S::Db>| -> Result<i64, StoreError> {
        calls += 1;
        put(tx, first).await?;
        put(tx, second.parse().unwrap()).await?;
        assert!(store.rows().await.is_empty());
        Ok(first + 2)
    });
    assert_eq!(sum.await.unwrap(), 3);
    let failed = transaction_with(SERIALIZABLE, store.pool().clone(), async |tx: &mut Tx<S::Db>| -> Result<(), StoreError> {
        calls += 1;
        put(tx, 3).await?;
        Err(StoreError::Own("no"))
    });
    assert!(matches!(failed.await, Err(StoreError::Own("no"))));
    assert_eq!((calls, store.rows().await), (2, vec![1, 2]));
    store.assert_whole().await;
}

async fn t7_a_joined_body_without_macros<S: Base>(store: S) {
    let nested = TxOptions::new().propagation(weftwork::Propagation::Nested);
    let result = transaction(store.pool(), async |tx: &mut Tx<S::Db>| -> Result<(), StoreError> {
        transaction(&mut *tx, async |tx: &mut Tx<S::Db>| put(tx, 1).await).await?;
        let undone = transaction_with(nested, &mut *tx, async |tx: &mut Tx<S::Db>| -> Result<(), StoreError> {
            put(tx, 2).await?;
            Err(StoreError::Own("undone"))
        });
        undone.await.unwrap_err();
        put(tx, 3).await
    });
    result.await.unwrap();
    assert_eq!(store.rows().await, [1, 3]);
    let doomed = transaction(store.pool(), async |tx: &mut Tx<S::Db>| -> Result<(), StoreError> {
        let failing = transaction(&mut *tx, async |_: &mut Tx<S::Db>| Err::<(), _>(StoreError::Own("no")));
        failing.await.unwrap_err();
        Ok(())
    });
    let error = doomed.await.unwrap_err();
    assert!(matches!(error, StoreError::Tx(TxError::Doomed { function: "transaction", .. })), "{error:?}");
    store.assert_whole().await;
}

fn spawnable<F: Future<Output: Send> + Send + 'static>(future: F) -> F {
    future
}

/// T3: a function's future is `Send`, whatever it borrows.
#[tokio::test]
async fn t3_a_call_goes_into_a_task_with_what_it_borrows() {
    #[transactional(tx = pool, retry = 2, timeout = 1h)]
    async fn borrowing(pool: &Pool<Postgres>, n: &i64, texts: &[&str]) -> Result<usize, StoreError> {
        put(&mut tx, *n).await?;
        let length = savepoint!(tx, async || -> Result<usize, StoreError> { Ok(texts.len()) }).await?;
        tx.before_commit(|tx| Box::pin(async move { put(tx, 2).await }));
        Ok(length)
    }
    let Some(store) = PgStore::open(1).await else { return };
    let (pool, text) = (store.pool.clone(), String::from("text"));
    let task = spawnable(async move {
        let n = 1;
        borrowing(&pool, &n, &[&text]).await
    });
    assert_eq!(tokio::spawn(task).await.unwrap().unwrap(), 1);
    assert_eq!(store.rows().await, [1, 2]);
}

/// T7: the future goes into a task with what its body owns. With what the body borrows from outside of it rustc can not see that it
/// is `Send` ("not general enough", as of every async closure with an argument that is lent).
#[tokio::test]
async fn t7_the_future_is_send_and_can_be_spawned() {
    let Some(store) = PgStore::open(2).await else { return };
    // What is moved in.
    let (pool, n) = (store.pool.clone(), 1_i64);
    let task = spawnable(async move {
        transaction(&pool, async move |tx: &mut Tx<Postgres>| -> Result<i64, StoreError> {
            sqlx::query("INSERT INTO t VALUES ($1)").bind(n).execute(&mut *tx).await?;
            tx.after_commit(async {});
            Ok(n)
        })
        .await
    });
    assert_eq!(tokio::spawn(task).await.unwrap().unwrap(), 1);
    let pool = store.pool.clone();
    let retrying = TxOptions::new().attempts(3);
    let task = spawnable(transaction_with(retrying, pool, async |tx: &mut Tx<Postgres>| -> Result<i64, StoreError> {
        sqlx::query("INSERT INTO t VALUES ($1)").bind(2_i64).execute(tx).await?;
        Ok(2)
    }));
    assert_eq!(tokio::spawn(task).await.unwrap().unwrap(), 2);
    assert_eq!(store.rows().await, [1, 2]);
}
