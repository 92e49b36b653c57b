//! A call that is given the transaction of its caller: T9 to T13, T18 to T20.

use std::cell::Cell;

use sqlx::Postgres;
use weftwork::{Begin, Isolation, Tx, TxError, attempt, savepoint, transactional, without_retry_delays};
use weftwork_tests::backend::{Backend, Base, put};
use weftwork_tests::on_every_backend;
use weftwork_tests::postgres::PgStore;
use weftwork_tests::store::{Store, StoreError};

on_every_backend! { 2:
    t9_t10_a_joined_call_is_a_part_of_the_callers,
    t11_the_error_of_a_joined_call_goes_on,
    t12_a_joined_call_that_failed_dooms_the_transaction,
    t12_rollback_if_of_a_joined_call,
    t13_a_joined_call_fails_in_a_savepoint,
    t18_a_writer_does_not_join_what_may_not_write,
    t19_a_limit_of_a_joined_call,
    t19_what_is_left_of_the_outer_limit_caps_the_inner,
}

/// A row, and then success or not.
#[transactional(tx)]
async fn joined<Db: Backend>(tx: impl Begin<Db>, n: i64, succeeds: bool) -> Result<(), StoreError> {
    put(&mut tx, n).await?;
    if succeeds { Ok(()) } else { Err(StoreError::Own("the inner's")) }
}

/// T10: called any number of times with `&mut tx`.
async fn helper<Db: Backend>(tx: &mut Tx<Db>, n: i64) -> Result<(), StoreError> {
    put(tx, n).await?;
    put(&mut *tx, n + 1).await?;
    joined(&mut *tx, n + 2, true).await?;
    joined(tx, n + 3, true).await
}

async fn t9_t10_a_joined_call_is_a_part_of_the_callers<S: Base>(store: S) {
    #[transactional(tx)]
    async fn outer<S: Base>(tx: impl Begin<S::Db>, store: &S, succeeds: bool) -> Result<(), StoreError> {
        joined(&mut tx, 1, true).await?;
        assert!(store.rows().await.is_empty());
        helper(&mut tx, 10).await?;
        helper(&mut tx, 20).await?;
        assert_eq!(S::Db::seen(&mut tx).await?.len(), 9);
        joined(&mut tx, 30, succeeds).await
    }
    outer(store.pool(), &store, false).await.unwrap_err();
    assert!(store.rows().await.is_empty());
    outer(store.pool(), &store, true).await.unwrap();
    assert_eq!(store.rows().await.len(), 10);
    store.assert_whole().await;
}

/// The joined call fails, and its caller hands the error on or not.
#[transactional(tx)]
async fn around<Db: Backend>(tx: impl Begin<Db>, swallows: bool) -> Result<(), StoreError> {
    put(&mut tx, 1).await?;
    let result = joined(&mut tx, 2, false).await;
    if swallows { Ok(()) } else { result }
}

#[tokio::test]
async fn t9_t11_postgres_one_begin_and_one_end() {
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    let ends = || {
        let is_end = |sql: &String| ["BEGIN", "COMMIT", "ROLLBACK"].iter().any(|word| sql.contains(word));
        let word = |sql: String| {
            if sql.contains("COMMIT") {
                "COMMIT"
            } else if sql.contains("BEGIN") {
                "BEGIN"
            } else {
                "ROLLBACK"
            }
        };
        proxy.log().into_iter().filter(is_end).map(word).collect::<Vec<_>>()
    };
    // The first one asks once what server this is.
    joined(&store.pool, 100, true).await.unwrap();
    ends();
    #[transactional(tx)]
    async fn outer(tx: impl Begin<Postgres>) -> Result<(), StoreError> {
        joined(&mut tx, 1, true).await?;
        helper(&mut tx, 2).await
    }
    outer(&store.pool).await.unwrap();
    assert_eq!(ends(), ["BEGIN", "COMMIT"]);
    around(&store.pool, false).await.unwrap_err();
    assert_eq!(ends(), ["BEGIN", "ROLLBACK"]);
    store.assert_whole().await;
}

async fn t11_the_error_of_a_joined_call_goes_on<S: Base>(store: S) {
    assert!(matches!(around(store.pool(), false).await, Err(StoreError::Own("the inner's"))));
    assert!(store.rows().await.is_empty());
    store.assert_whole().await;
}

async fn t12_a_joined_call_that_failed_dooms_the_transaction<S: Base>(store: S) {
    let error = around(store.pool(), true).await.unwrap_err();
    let StoreError::Tx(TxError::Doomed { function: "joined", cause: Some(cause) }) = &error else { panic!("{error:?}") };
    assert_eq!(cause.to_string(), "the inner's");
    assert!(error.to_string().starts_with("`joined` failed inside the transaction"), "{error}");
    assert!(store.rows().await.is_empty());
    store.assert_whole().await;
}

async fn t12_rollback_if_of_a_joined_call<S: Base>(store: S) {
    #[transactional(tx, rollback_if = |n: &i64| *n < 0)]
    async fn asked<Db: Backend>(tx: impl Begin<Db>, n: i64) -> Result<i64, StoreError> {
        put(&mut tx, n).await?;
        Ok(n)
    }
    #[transactional(tx)]
    async fn outer<Db: Backend>(tx: impl Begin<Db>, n: i64) -> Result<i64, StoreError> {
        asked(&mut tx, n).await
    }
    let error = outer(store.pool(), -1).await.unwrap_err();
    assert!(matches!(error, StoreError::Tx(TxError::Doomed { function: "asked", cause: None })), "{error:?}");
    assert_eq!(outer(store.pool(), 1).await.unwrap(), 1);
    assert_eq!(store.rows().await, [1]);
    store.assert_whole().await;
}

async fn t13_a_joined_call_fails_in_a_savepoint<S: Base>(store: S) {
    #[transactional(tx)]
    async fn outer<Db: Backend>(tx: impl Begin<Db>, goes_on: bool) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        let result = savepoint!(tx, async || -> Result<(), StoreError> {
            put(&mut tx, 2).await?;
            joined(&mut tx, 3, false).await.unwrap_err();
            Ok(())
        })
        .await;
        let error = result.unwrap_err();
        let StoreError::Tx(TxError::Doomed { function: "joined", cause: Some(cause) }) = &error else { panic!("{error:?}") };
        assert_eq!(cause.to_string(), "the inner's");
        assert_eq!(Db::seen(&mut tx).await?, [1]);
        if !goes_on {
            return Err(error);
        }
        put(&mut tx, 4).await
    }
    outer(store.pool(), false).await.unwrap_err();
    assert!(store.rows().await.is_empty());
    outer(store.pool(), true).await.unwrap();
    assert_eq!(store.rows().await, [1, 4]);
    store.assert_whole().await;
}

async fn t18_a_writer_does_not_join_what_may_not_write<S: Base>(store: S) {
    #[transactional(tx, read_only)]
    async fn reader<Db: Backend>(tx: impl Begin<Db>) -> Result<Vec<i64>, StoreError> {
        Db::seen(&mut tx).await
    }
    #[transactional(tx, propagation = nested)]
    async fn nested<Db: Backend>(tx: impl Begin<Db>) -> Result<(), StoreError> {
        unreachable!("{tx:?}")
    }
    #[transactional(tx)]
    async fn writer<Db: Backend>(tx: impl Begin<Db>) -> Result<(), StoreError> {
        unreachable!("{tx:?}")
    }
    #[transactional(tx, read_only)]
    async fn outer<Db: Backend>(tx: impl Begin<Db>) -> Result<Vec<i64>, StoreError> {
        let error = writer(&mut tx).await.unwrap_err();
        assert!(matches!(error, StoreError::Tx(TxError::ReadOnly { function: "writer" })), "{error:?}");
        let error = nested(&mut tx).await.unwrap_err();
        assert!(matches!(error, StoreError::Tx(TxError::ReadOnly { function: "nested" })), "{error:?}");
        // It has not joined: nothing of the outer is lost.
        reader(&mut tx).await
    }
    #[transactional(tx)]
    async fn writing<Db: Backend>(tx: impl Begin<Db>) -> Result<Vec<i64>, StoreError> {
        put(&mut tx, 2).await?;
        reader(&mut tx).await
    }
    S::Db::put_outside(store.pool(), 1).await.unwrap();
    assert_eq!(outer(store.pool()).await.unwrap(), [1]);
    // What asks for less is given more.
    assert_eq!(writing(store.pool()).await.unwrap(), [1, 2]);
    assert_eq!(store.rows().await, [1, 2]);
    store.assert_whole().await;
}

#[transactional(tx, isolation = serializable)]
async fn serializable<Db: Backend>(tx: impl Begin<Db>) -> Result<(), StoreError> {
    put(&mut tx, 1).await
}

#[transactional(tx, isolation = read_committed)]
async fn read_committed<Db: Backend>(tx: impl Begin<Db>) -> Result<(), StoreError> {
    put(&mut tx, 2).await
}

#[tokio::test]
async fn t18_postgres_a_stricter_isolation_than_the_outers() {
    #[transactional(tx)]
    async fn plain(tx: impl Begin<Postgres>) -> Result<(), StoreError> {
        serializable(&mut tx).await
    }
    #[transactional(tx, isolation = repeatable_read)]
    async fn repeatable(tx: impl Begin<Postgres>, serializes: bool) -> Result<(), StoreError> {
        if serializes { serializable(&mut tx).await } else { read_committed(&mut tx).await }
    }
    #[transactional(tx, isolation = serializable)]
    async fn strictest(tx: impl Begin<Postgres>) -> Result<(), StoreError> {
        serializable(&mut tx).await
    }
    let Some(store) = PgStore::open(2).await else { return };
    let refused = |error: Result<(), StoreError>, given: Isolation| {
        let error = error.unwrap_err();
        let StoreError::Tx(TxError::TooWeak { function: "serializable", asked: Isolation::Serializable, outer }) = error else {
            panic!("{error:?}")
        };
        assert_eq!(outer, given);
    };
    refused(plain(&store.pool).await, Isolation::ReadCommitted);
    refused(repeatable(&store.pool, true).await, Isolation::RepeatableRead);
    repeatable(&store.pool, false).await.unwrap();
    strictest(&store.pool).await.unwrap();
    assert_eq!(store.rows().await, [1, 2]);
}

#[tokio::test]
async fn t18_sqlite_whatever_isolation_is_asked_for_there_is_enough() {
    #[transactional(tx, isolation = read_uncommitted)]
    async fn weak<Db: Backend>(tx: impl Begin<Db>) -> Result<(), StoreError> {
        serializable(&mut tx).await?;
        read_committed(&mut tx).await
    }
    for store in Store::both(1).await {
        weak(&store.pool).await.unwrap();
        assert_eq!(store.rows().await, [1, 2]);
    }
}

/// Does not end by itself.
#[transactional(tx, timeout = 20ms)]
async fn limited<Db: Backend>(tx: impl Begin<Db>) -> Result<(), StoreError> {
    put(&mut tx, 2).await?;
    std::future::pending().await
}

#[track_caller]
fn is_over(result: Result<(), StoreError>, function: &str) {
    let error = result.unwrap_err();
    let StoreError::Tx(TxError::TimedOut(elapsed)) = &error else { panic!("{error:?}") };
    assert!(elapsed.to_string().contains(function), "{elapsed}");
    assert!(error.to_string().contains("20ms"), "{error}");
}

async fn t19_a_limit_of_a_joined_call<S: Base>(store: S) {
    #[transactional(tx)]
    async fn outer<Db: Backend>(tx: impl Begin<Db>, in_savepoint: bool) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        if !in_savepoint {
            return limited(&mut tx).await;
        }
        is_over(savepoint!(tx, { limited(&mut tx).await }).await, "limited");
        put(&mut tx, 3).await
    }
    is_over(outer(store.pool(), false).await, "limited");
    assert!(store.rows().await.is_empty());
    outer(store.pool(), true).await.unwrap();
    assert_eq!(store.rows().await, [1, 3]);
    store.assert_whole().await;
}

async fn t19_what_is_left_of_the_outer_limit_caps_the_inner<S: Base>(store: S) {
    #[transactional(tx, timeout = 3h)]
    async fn patient<Db: Backend>(tx: impl Begin<Db>) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        std::future::pending().await
    }
    #[transactional(tx, timeout = 20ms)]
    async fn hasty<Db: Backend>(tx: impl Begin<Db>) -> Result<(), StoreError> {
        patient(&mut tx).await
    }
    is_over(hasty(store.pool()).await, "hasty");
    assert!(store.rows().await.is_empty());
    store.assert_whole().await;
}

#[tokio::test]
async fn t20_postgres_a_joined_call_runs_once_and_the_outermost_repeats() {
    #[transactional(tx, retry = 5)]
    async fn inner(tx: impl Begin<Postgres>, runs: &Cell<u32>) -> Result<(), StoreError> {
        runs.set(runs.get() + 1);
        put(&mut tx, 2).await?;
        if runs.get() < 3 {
            sqlx::query("SELECT fail('40001')").execute(&mut tx).await?;
        }
        Ok(())
    }
    #[transactional(tx, retry = 5)]
    async fn repeating(tx: impl Begin<Postgres>, runs: &Cell<u32>) -> Result<u32, StoreError> {
        put(&mut tx, 1).await?;
        inner(&mut tx, runs).await?;
        assert_eq!(runs.get(), attempt());
        Ok(attempt())
    }
    #[transactional(tx)]
    async fn once(tx: impl Begin<Postgres>, runs: &Cell<u32>) -> Result<(), StoreError> {
        inner(&mut tx, runs).await
    }
    let Some(store) = PgStore::open(1).await else { return };
    store.make_fail().await;
    assert_eq!(without_retry_delays(repeating(&store.pool, &Cell::new(0))).await.unwrap(), 3);
    assert_eq!(store.rows().await, [1, 2]);
    store.clear().await;
    let runs = Cell::new(0);
    let error = once(&store.pool, &runs).await.unwrap_err();
    assert!(error.to_string().contains("40001"), "{error:?}");
    assert_eq!(runs.get(), 1);
    store.assert_whole().await;
}
