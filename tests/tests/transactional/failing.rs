//! When the machinery itself fails, on PostgreSQL: T55 to T58. SQLite's are beside those of its cancellation.

use sqlx::pool::PoolOptions;
use sqlx::{Pool, Postgres};
use weftwork::{Begin, StatementError, Tx, TxError, transactional};
use weftwork_tests::backend::{Backend, Base, put};
use weftwork_tests::postgres::PgStore;
use weftwork_tests::proxy::Proxy;
use weftwork_tests::store::StoreError;
use weftwork_tests::{Reports, on_every_backend};

on_every_backend! { 1: t55_a_pool_that_is_closed_or_exhausted }

const NO: StoreError = StoreError::Own("no");

#[transactional(tx)]
async fn never<Db: Backend>(tx: impl Begin<Db>) -> Result<(), StoreError> {
    unreachable!("{tx:?}")
}

#[track_caller]
fn has_not_begun(error: &StoreError) {
    assert!(matches!(error, StoreError::Tx(TxError::Begin(_))), "{error:?}");
    assert_eq!(error.to_string(), "could not begin a transaction");
}

async fn t55_a_pool_that_is_closed_or_exhausted<S: Base>(store: S) {
    let options = PoolOptions::new().max_connections(1).acquire_timeout(std::time::Duration::from_millis(500));
    let pool = store.other_pool(options).await;
    let held = pool.acquire().await.unwrap();
    has_not_begun(&never(&pool).await.unwrap_err());
    drop(held);
    pool.close().await;
    has_not_begun(&never(&pool).await.unwrap_err());
    store.assert_whole().await;
}

async fn process_of(tx: &mut Tx<Postgres>) -> Result<i32, StoreError> {
    Ok(sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(tx).await?)
}

#[transactional(tx)]
async fn process(tx: impl Begin<Postgres>) -> Result<i32, StoreError> {
    process_of(&mut tx).await
}

#[tokio::test]
async fn t55_postgres_begin_is_cut() {
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    for cut in [Proxy::cut_request, Proxy::cut_reply] {
        cut(&proxy, "BEGIN");
        has_not_begun(&never(&store.pool).await.unwrap_err());
        store.no_session_in_transaction().await;
        store.assert_whole().await;
    }
}

#[tokio::test]
async fn t55_postgres_begin_is_refused() {
    #[transactional(tx, isolation = serializable)]
    async fn serializable(tx: impl Begin<Postgres>) -> Result<(), StoreError> {
        unreachable!("{tx:?}")
    }
    let Some(store) = PgStore::open(1).await else { return };
    let options = store.options();
    store.pool.close().await;
    // There is no such database.
    let pool: Pool<Postgres> = PoolOptions::new().max_connections(1).connect_lazy_with(options.database("nowhere"));
    has_not_begun(&never(&pool).await.unwrap_err());
    has_not_begun(&serializable(&pool).await.unwrap_err());
}

#[tokio::test]
async fn t56_postgres_a_deferred_constraint_fails_at_commit() {
    #[transactional(tx)]
    async fn late(tx: impl Begin<Postgres>) -> Result<i32, StoreError> {
        put(&mut tx, 1).await?;
        for _ in 0..2 {
            sqlx::query("INSERT INTO late VALUES (1)").execute(&mut tx).await?;
        }
        process_of(&mut tx).await
    }
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    let before = process(&store.pool).await.unwrap();
    let _ = proxy.log();
    let error = late(&store.pool).await.unwrap_err();
    let StoreError::Tx(TxError::Commit(cause)) = &error else { panic!("{error:?}") };
    let cause = cause.downcast_ref::<sqlx::Error>().unwrap();
    assert_eq!(cause.as_database_error().unwrap().code().as_deref(), Some("23505"));
    let log = proxy.log();
    assert!(!log.iter().any(|sql| sql.starts_with("ROLLBACK")), "{log:?}");
    assert!(store.rows().await.is_empty());
    assert_eq!(process(&store.pool).await.unwrap(), before);
    store.assert_whole().await;
}

#[tokio::test]
async fn t57_postgres_body_and_rollback_fail() {
    #[transactional(tx)]
    async fn t57_failing(tx: impl Begin<Postgres>) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        Err(NO)
    }
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    for cut in [Proxy::cut_request, Proxy::cut_reply] {
        let before = process(&store.pool).await.unwrap();
        let reports = Reports::of("t57_failing");
        cut(&proxy, "ROLLBACK");
        assert!(matches!(t57_failing(&store.pool).await, Err(StoreError::Own("no"))));
        let report = reports.one().to_string();
        assert!(report.contains("could not be rolled back"), "{report}");
        // It is closed: the next one is another one.
        assert_ne!(process(&store.pool).await.unwrap(), before);
        store.no_session_in_transaction().await;
        assert!(store.rows().await.is_empty());
        store.assert_whole().await;
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Death {
    Killed,
    Cut,
    CutReply,
}

/// The connection dies behind the first row.
#[transactional(tx, retry = 3)]
async fn dying(tx: impl Begin<Postgres>, store: &PgStore, proxy: &Proxy, death: Death, swallows: bool) -> Result<(), StoreError> {
    put(&mut tx, 1).await?;
    match death {
        Death::Killed => {
            let process = process_of(&mut tx).await?;
            let mut outside = store.outside().await;
            sqlx::query("SELECT pg_terminate_backend($1)").bind(process).execute(&mut outside).await?;
            store.until("it is gone", |all| all.iter().all(|session| session.pid != process)).await;
        }
        Death::Cut => proxy.cut_all(),
        Death::CutReply => drop(proxy.cut_reply("INSERT")),
    }
    let result = put(&mut tx, 2).await;
    let error = result.unwrap_err();
    // Refused without being sent, and on no other connection.
    let next = put(&mut tx, 3).await.unwrap_err();
    assert!(matches!(next, StoreError::Sql(sqlx::Error::Io(_))), "{next:?}");
    if swallows { Ok(()) } else { Err(error) }
}

#[tokio::test]
async fn t58_postgres_the_connection_dies_in_the_body() {
    let Some((store, proxy)) = PgStore::behind_proxy(2).await else { return };
    for death in [Death::Killed, Death::Cut, Death::CutReply] {
        for swallows in [false, true] {
            store.assert_whole().await;
            let _ = proxy.log();
            let error = dying(&store.pool, &store, &proxy, death, swallows).await.unwrap_err();
            match &error {
                StoreError::Sql(error) if !swallows => {
                    let code = error.as_database_error().map(|error| error.code().unwrap().into_owned());
                    assert!(code.is_none() || code.as_deref() == Some("57P01"), "{death:?}: {error:?}");
                }
                StoreError::Tx(TxError::Commit(cause)) if swallows => {
                    assert!(cause.is::<StatementError>(), "{death:?}: {cause:?}");
                }
                other => panic!("{death:?} {swallows}: {other:?}"),
            }
            let log = proxy.log();
            // Neither the whole nor a part of it has run again: that may be asked for with `#[retry]`.
            assert_eq!(log.iter().filter(|sql| sql.starts_with("BEGIN")).count(), 1, "{log:?}");
            assert!(log.iter().filter(|sql| sql.starts_with("INSERT")).count() <= 2, "{log:?}");
            assert!(!log.iter().any(|sql| sql.contains("COMMIT")), "{log:?}");
            store.no_session_in_transaction().await;
            assert!(store.rows().await.is_empty());
            store.assert_whole().await;
        }
    }
}
