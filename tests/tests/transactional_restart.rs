//! The server starts again while COMMIT is in doubt, and is asked then (T78, T79). Alone in its program: the server is everybody's.

use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, ConnectOptions, Executor, PgConnection, Postgres};
use weftwork::{Begin, TxError, attempt, transactional};
use weftwork_tests::postgres::PgStore;
use weftwork_tests::store::StoreError;

#[transactional(tx, retry = 100)]
async fn add(tx: impl Begin<Postgres>, n: i64) -> Result<u32, StoreError> {
    sqlx::query("INSERT INTO t VALUES ($1)").bind(n).execute(&mut tx).await?;
    Ok(attempt())
}

/// Lets the server itself start again, without waiting for anybody: it is the one that may.
async fn restart(store: &PgStore) {
    let mut outside = store.outside().await;
    let binaries: String =
        sqlx::query_scalar("SELECT setting FROM pg_config WHERE name = 'BINDIR'").fetch_one(&mut outside).await.unwrap();
    let started = started(&mut outside).await.unwrap();
    let data: String = sqlx::query_scalar("SHOW data_directory").fetch_one(&mut outside).await.unwrap();
    // The server's end takes what it runs with it, but not what has left its group. It starts again with the paths of its first start.
    let restart =
        format!("cat >/dev/null; cd {data}/..; setsid {binaries}/pg_ctl restart -m immediate -D {data} >/dev/null 2>&1 &");
    // It may be gone before it has answered.
    let _ = outside.execute(AssertSqlSafe(format!("COPY (SELECT 1) TO PROGRAM '{restart}'"))).await;
    let limit = Instant::now() + Duration::from_secs(60);
    loop {
        // The old one answers at first, then nobody, then the new one.
        let now = match store.options().connect().await {
            Ok(mut outside) => self::started(&mut outside).await,
            Err(error) => Err(error),
        };
        if now.is_ok_and(|now| now != started) {
            return;
        }
        assert!(Instant::now() < limit, "the server did not start again");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn started(connection: &mut PgConnection) -> Result<String, sqlx::Error> {
    sqlx::query_scalar("SELECT pg_postmaster_start_time()::text").fetch_one(connection).await
}

#[tokio::test]
async fn t78_t79_a_server_that_has_started_again_is_asked() {
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    assert_eq!(add(&store.pool, 1).await.unwrap(), 1);

    // The server has committed, and starts again before anybody knows. It may give a number again of which nothing was left, so that
    // its answer is not certain.
    let gate = proxy.hold_reply("COMMIT");
    let mut call = Box::pin(add(&store.pool, 2));
    gate.reach(call.as_mut()).await;
    restart(&store).await;
    gate.cut();
    let error = call.await.unwrap_err();
    assert!(matches!(error, StoreError::Tx(TxError::Unknown { id: Some(_), .. })), "{error:?}");
    assert_eq!(store.rows().await, [1, 2]);

    // COMMIT has never arrived, and the server has forgotten the session.
    let gate = proxy.hold_request("COMMIT");
    let mut call = Box::pin(add(&store.pool, 3));
    gate.reach(call.as_mut()).await;
    restart(&store).await;
    gate.cut();
    assert_eq!(call.await.unwrap(), 2);
    assert_eq!(store.rows().await, [1, 2, 3]);

    // The same, and others have written before it is asked: one of them may have got the number.
    let gate = proxy.hold_request("COMMIT");
    let mut call = Box::pin(add(&store.pool, 4));
    gate.reach(call.as_mut()).await;
    restart(&store).await;
    let mut outside = store.outside().await;
    for n in 100..110 {
        sqlx::query("INSERT INTO t VALUES ($1)").bind(n).execute(&mut outside).await.unwrap();
    }
    gate.cut();
    match call.await {
        Ok(attempts) => assert_eq!(attempts, 2),
        Err(StoreError::Tx(TxError::Unknown { .. })) => assert!(!store.rows().await.contains(&4)),
        Err(error) => panic!("{error:?}"),
    }
    store.assert_whole().await;
}
