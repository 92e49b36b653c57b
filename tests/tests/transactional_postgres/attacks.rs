//! What is done to a transaction that it was not made for.

use std::mem;

use futures::{FutureExt, TryStreamExt};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, Postgres};
use weftwork::{Begin, Tx, TxError, attempt, savepoint, transactional};
use weftwork_tests::postgres::{POOL, PgStore};
use weftwork_tests::proxy::Proxy;
use weftwork_tests::store::StoreError;
use weftwork_tests::{Log, Reports, poll_once};

use crate::kit::{NO, add, assert_clean, processes, put, warm};

#[tokio::test]
async fn t66_leaked_statements_and_streams() {
    const MANY: &str = "SELECT n FROM generate_series(1, 10000) AS many (n)";
    #[transactional(tx)]
    async fn leaking(tx: impl Begin<Postgres>) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        let mut leaked = Box::pin(put(&mut tx, 2));
        assert!(poll_once(leaked.as_mut()).is_pending());
        mem::forget(leaked);
        put(&mut tx, 3).await?;
        let mut rows = sqlx::query(MANY).fetch(&mut tx);
        rows.try_next().await?.unwrap();
        mem::forget(rows);
        put(&mut tx, 4).await?;
        let mut rows = sqlx::query(MANY).fetch(&mut tx);
        rows.try_next().await?.unwrap();
        drop(rows);
        put(&mut tx, 5).await
    }
    let Some((store, _proxy)) = warm().await else { return };
    let before = processes(&store).await;
    leaking(&store.pool).await.unwrap();
    let rows = store.rows().await;
    // The leaked statement may have been sent or not.
    assert!(rows == [1, 2, 3, 4, 5] || rows == [1, 3, 4, 5], "{rows:?}");
    assert_clean(&store, &before).await;
}

#[tokio::test]
async fn t36_ended_on_the_connection_itself() {
    #[transactional(tx)]
    async fn ended(tx: impl Begin<Postgres>, sql: &'static str, goes_on: bool) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        tx.connection().await?.as_mut().execute(sql).await?;
        if goes_on {
            assert!(put(&mut tx, 2).await.is_err(), "it would have run outside of a transaction");
        }
        Ok(())
    }
    let Some((store, _proxy)) = warm().await else { return };
    let before = processes(&store).await;
    for goes_on in [false, true] {
        for (sql, rows) in [("ROLLBACK", &[][..]), ("COMMIT", &[1])] {
            let error = ended(&store.pool, sql, goes_on).await.unwrap_err();
            assert!(matches!(error, StoreError::Tx(_)), "{error:?}");
            assert_eq!(store.rows().await, rows);
            assert_clean(&store, &before).await;
            sqlx::query("DELETE FROM t").execute(&store.pool).await.unwrap();
        }
    }
}

#[tokio::test]
async fn t33_a_failure_on_the_connection_itself_is_swallowed() {
    #[transactional(tx)]
    async fn failed(tx: impl Begin<Postgres>, goes_on: bool) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        tx.connection().await?.as_mut().execute("nonsense").await.unwrap_err();
        if goes_on {
            put(&mut tx, 2).await.unwrap_err();
        }
        Ok(())
    }
    let Some((store, _proxy)) = warm().await else { return };
    let before = processes(&store).await;
    for goes_on in [false, true] {
        let error = failed(&store.pool, goes_on).await.unwrap_err();
        assert!(matches!(error, StoreError::Tx(TxError::Failed(_))), "{error:?}");
        assert_clean(&store, &before).await;
    }
    assert!(store.rows().await.is_empty());
}

#[tokio::test]
async fn t36_a_transaction_of_the_driver_on_the_connection() {
    #[transactional(tx)]
    async fn nested(tx: impl Begin<Postgres>, commits: bool) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        let connection: &mut PgConnection = tx.connection().await?.as_mut();
        let mut inner = connection.begin().await?;
        sqlx::query("INSERT INTO t VALUES (2)").execute(&mut *inner).await?;
        if commits {
            inner.commit().await?;
        } else {
            drop(inner);
        }
        assert!(put(&mut tx, 3).await.is_err(), "it would have run outside of a transaction");
        Ok(())
    }
    let Some((store, _proxy)) = warm().await else { return };
    let before = processes(&store).await;
    for commits in [false, true] {
        nested(&store.pool, commits).await.unwrap_err();
        assert_eq!(store.rows().await.len(), if commits { 2 } else { 0 });
        assert_clean(&store, &before).await;
    }
}

#[tokio::test]
async fn t36_an_end_in_the_middle_of_a_text() {
    #[transactional(tx)]
    async fn hidden(tx: impl Begin<Postgres>, sql: &'static str) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        let _ = sqlx::raw_sql(sql).execute(&mut tx).await;
        Ok(())
    }
    let Some((store, _proxy)) = warm().await else { return };
    for sql in [
        "SELECT 1; COMMIT",
        "SELECT 1; COMMIT AND CHAIN",
        "SELECT 1; ROLLBACK; INSERT INTO t VALUES (7); BEGIN",
        "SELECT 1; COMMIT; BEGIN ISOLATION LEVEL SERIALIZABLE",
        "SELECT 1; ROLLBACK; BEGIN; nonsense",
        "SELECT 1; PREPARE TRANSACTION 'x'",
    ] {
        let result = hidden(&store.pool, sql).await;
        assert!(matches!(result, Err(StoreError::Tx(_))), "{sql}: {result:?}");
        store.assert_whole().await;
        store.no_session_in_transaction().await;
        sqlx::query("DELETE FROM t").execute(&store.pool).await.unwrap();
    }
}

#[tokio::test]
async fn t36_a_procedure_that_ends_the_transaction_is_refused_by_the_server() {
    #[transactional(tx)]
    async fn calling(tx: impl Begin<Postgres>) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        tx.execute("DO $$ BEGIN COMMIT; END $$").await?;
        Ok(())
    }
    let Some((store, _proxy)) = warm().await else { return };
    let before = processes(&store).await;
    let error = calling(&store.pool).await.unwrap_err();
    assert!(format!("{error:?}").contains("2D000"), "{error:?}");
    assert!(store.rows().await.is_empty());
    assert_clean(&store, &before).await;
}

#[tokio::test]
async fn t58_the_server_ends_an_idle_session() {
    #[transactional(tx, retry = 3)]
    async fn idle(tx: impl Begin<Postgres>, store: &PgStore, goes_on: bool) -> Result<u32, StoreError> {
        put(&mut tx, 1).await?;
        if attempt() == 1 {
            tx.execute("SET LOCAL idle_in_transaction_session_timeout = 10").await?;
            store.until("it is ended", |all| all.iter().all(|session| session.application_name != POOL)).await;
        }
        if goes_on {
            put(&mut tx, 2).await?;
        }
        Ok(attempt())
    }
    let Some((store, _proxy)) = warm().await else { return };
    // At a statement it is an error, at COMMIT one of which it is known that nothing was committed.
    let error = idle(&store.pool, &store, true).await.unwrap_err();
    assert!(matches!(error, StoreError::Sql(_)), "{error:?}");
    assert!(store.rows().await.is_empty());
    assert_eq!(idle(&store.pool, &store, false).await.unwrap(), 2);
    assert_eq!(store.rows().await, [1]);
    store.assert_whole().await;
}

#[tokio::test]
async fn t58_the_pool_is_closed_in_the_middle() {
    #[transactional(tx)]
    async fn closing(tx: impl Begin<Postgres>, store: &PgStore, succeeds: bool) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        // It waits for this connection.
        assert!(store.pool.close().now_or_never().is_none());
        put(&mut tx, 2).await?;
        if succeeds { Ok(()) } else { Err(NO) }
    }
    for succeeds in [true, false] {
        let Some((store, _proxy)) = warm().await else { return };
        assert_eq!(closing(&store.pool, &store, succeeds).await.is_ok(), succeeds);
        store.pool.close().await;
        assert_eq!(store.rows().await.len(), if succeeds { 2 } else { 0 });
        store.until("it is gone", |all| all.iter().all(|session| session.application_name != POOL)).await;
        let error = add(&store.pool, &[1]).await.unwrap_err();
        assert!(matches!(error, StoreError::Tx(TxError::Begin(_))), "{error:?}");
    }
}

#[tokio::test]
async fn t60_the_pool_is_closed_and_the_call_dropped() {
    for statement in ["BEGIN", "INSERT", "COMMIT"] {
        let Some((store, proxy)) = warm().await else { return };
        let gate = proxy.hold_request(statement);
        let mut call = Box::pin(add(&store.pool, &[1]));
        gate.reach(call.as_mut()).await;
        let mut close = Box::pin(store.pool.close());
        assert!(poll_once(close.as_mut()).is_pending());
        drop(call);
        gate.release();
        close.await;
        store.until("it is gone", |all| all.iter().all(|session| session.application_name != POOL)).await;
        assert_eq!(store.rows().await.len(), usize::from(statement == "COMMIT"));
    }
}

#[tokio::test]
async fn t48_hooks_that_panic_when_they_are_dropped() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("on purpose")
        }
    }
    fn arm(tx: &mut Tx<Postgres>, log: &Log) {
        let (first, second) = (Bomb, Bomb);
        tx.before_commit(move |_| {
            let _first = first;
            Box::pin(async { Ok::<(), StoreError>(()) })
        });
        tx.after_commit(async move { drop(second) });
        let log = log.clone();
        tx.after_completion(move |outcome| async move { log.note(format!("{outcome:?}")) });
    }
    #[transactional(tx)]
    async fn failing(tx: impl Begin<Postgres>, log: &Log) -> Result<(), StoreError> {
        savepoint!(tx, async || -> Result<(), StoreError> {
            arm(&mut tx, log);
            Err(NO)
        })
        .await
        .unwrap_err();
        arm(&mut tx, log);
        put(&mut tx, 1).await?;
        Err(NO)
    }
    #[transactional(tx)]
    async fn dropped(tx: impl Begin<Postgres>, log: &Log) -> Result<(), StoreError> {
        arm(&mut tx, log);
        std::future::pending().await
    }
    let Some((store, _proxy)) = warm().await else { return };
    let before = processes(&store).await;
    Reports::start();
    let log = Log::new();
    let error = failing(&store.pool, &log).await.unwrap_err();
    assert!(matches!(error, StoreError::Own("no")), "{error:?}");
    assert_eq!(log.text(), "RolledBack RolledBack");
    assert_clean(&store, &before).await;
    let log = Log::new();
    weftwork::timeout(weftwork::millis(20), dropped(&store.pool, &log)).await.unwrap_err();
    assert_eq!(log.text(), "RolledBack");
    assert_clean(&store, &before).await;
}

/// A role that may not call what it takes to be asked about.
async fn without_functions(store: &PgStore, functions: &[&str]) -> sqlx::postgres::PgConnectOptions {
    let mut outside = store.outside().await;
    let database: String = sqlx::query_scalar("SELECT current_database()").fetch_one(&mut outside).await.unwrap();
    let mut sql = format!("CREATE ROLE plain_{database} LOGIN; GRANT ALL ON t TO plain_{database};");
    for function in functions {
        sql.push_str(&format!("REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC;"));
    }
    outside.execute(AssertSqlSafe(sql)).await.unwrap();
    store.options().username(&format!("plain_{database}"))
}

#[transactional(tx, isolation = serializable)]
async fn strictly(tx: impl Begin<Postgres>, n: i64) -> Result<(), StoreError> {
    put(&mut tx, n).await
}

async fn pool_of(options: sqlx::postgres::PgConnectOptions, proxy: &Proxy) -> sqlx::PgPool {
    let options = options.host("127.0.0.1").port(proxy.port());
    sqlx::postgres::PgPoolOptions::new().max_connections(1).connect_with(options).await.unwrap()
}

#[tokio::test]
async fn t80_a_server_without_the_functions() {
    let missing = ["pg_current_xact_id()", "pg_postmaster_start_time()", "pg_xact_status(xid8)", "pg_control_system()"];
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    let pool = pool_of(without_functions(&store, &missing).await, &proxy).await;
    add(&pool, &[1]).await.unwrap();
    strictly(&pool, 2).await.unwrap();
    assert!(matches!(crate::kit::add_and_fail(&pool, 3).await, Err(StoreError::Own("no"))));
    assert_eq!(store.rows().await, [1, 2]);
    for n in [3, 4] {
        let _cut = proxy.cut_reply("COMMIT");
        let result = if n == 3 { add(&pool, &[n]).await } else { strictly(&pool, n).await };
        assert!(matches!(result, Err(StoreError::Tx(TxError::Unknown { .. }))), "{result:?}");
    }
    assert_eq!(store.rows().await, [1, 2, 3, 4]);
    store.no_session_in_transaction().await;
}

#[tokio::test]
async fn t78_a_server_that_does_not_tell_its_cluster() {
    // It has not started again: that is enough.
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    let pool = pool_of(without_functions(&store, &["pg_control_system()"]).await, &proxy).await;
    for n in [1, 2] {
        let _cut = proxy.cut_reply("COMMIT");
        if n == 1 { add(&pool, &[n]).await.unwrap() } else { strictly(&pool, n).await.unwrap() }
    }
    assert_eq!(store.rows().await, [1, 2]);
}

#[tokio::test]
async fn t61_a_savepoint_that_is_leaked_before_it_stands() {
    #[transactional(tx)]
    async fn leaking(tx: impl Begin<Postgres>, proxy: &Proxy) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        let gate = proxy.hold_request("SAVEPOINT weftwork_1");
        let mut leaked = Box::pin(savepoint!(tx, { put(&mut tx, 2).await }));
        gate.reach(leaked.as_mut()).await;
        mem::forget(leaked);
        gate.release();
        put(&mut tx, 3).await
    }
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    let error = leaking(&store.pool, &proxy).await.unwrap_err();
    assert!(error.to_string().contains("leaked"), "{error:?}");
    assert!(store.rows().await.is_empty());
}

#[tokio::test]
async fn t4_a_connection_of_ones_own_is_closed_behind_each_end() {
    let Some(store) = PgStore::open(1).await else { return };
    add(store.options().connect().await.unwrap(), &[1]).await.unwrap();
    crate::kit::add_and_fail(store.options().connect().await.unwrap(), 2).await.unwrap_err();
    drop(Box::pin(add(store.options().connect().await.unwrap(), &[3])));
    let mut polled = Box::pin(add(store.options().connect().await.unwrap(), &[4]));
    let _ = poll_once(polled.as_mut());
    drop(polled);
    store.until("they are gone", |all| all.iter().all(|session| session.application_name == POOL)).await;
    // The last one may have come to its end.
    let rows = store.rows().await;
    assert!(rows == [1] || rows == [1, 4], "{rows:?}");
}
