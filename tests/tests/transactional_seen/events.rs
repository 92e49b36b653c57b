//! T85: one event for the end of each attempt, and one for each that is repeated.

use std::pin::pin;
use std::time::Duration;

use sqlx::postgres::PgPoolOptions;
use sqlx::{Executor, Postgres, Sqlite};
use weftwork::{Begin, TxError, attempt, drain, savepoint, secs, transactional};
use weftwork_tests::poll_once;
use weftwork_tests::postgres::PgStore;
use weftwork_tests::store::{Store, StoreError, put};

use crate::recorder::seen;

#[transactional(tx)]
async fn plain(tx: impl Begin<Sqlite>, succeeds: bool) -> Result<(), StoreError> {
    put(&mut tx, 1).await?;
    if succeeds { Ok(()) } else { Err(StoreError::Own("no")) }
}

const COMMITTED: &str = r#"committed: DEBUG function="plain" attempt=1 duration"#;
const ROLLED_BACK: &str = r#"rolled back: DEBUG function="plain" attempt=1 duration"#;

#[test]
fn t85_committed_and_rolled_back() {
    seen(async |seen| {
        for store in Store::both(1).await {
            plain(&store.pool, false).await.unwrap_err();
            assert_eq!(seen.take(), [ROLLED_BACK]);
            plain(&store.pool, true).await.unwrap();
            assert_eq!(seen.take(), [COMMITTED]);
        }
    });
}

#[test]
fn t85_a_part_of_a_transaction_is_no_event() {
    #[transactional(tx)]
    async fn outer(tx: impl Begin<Sqlite>) -> Result<(), StoreError> {
        savepoint!(tx, { plain(&mut tx, false).await }).await.unwrap_err();
        plain(&mut tx, true).await
    }
    seen(async |seen| {
        let [store, _] = Store::both(1).await;
        outer(&store.pool).await.unwrap();
        assert_eq!(seen.take(), [r#"committed: DEBUG function="outer" attempt=1 duration"#]);
    });
}

#[test]
fn t85_a_dropped_one_is_rolled_back() {
    #[transactional(tx)]
    async fn waiting(tx: impl Begin<Sqlite>) -> Result<(), StoreError> {
        std::future::pending().await
    }
    seen(async |seen| {
        let [store, _] = Store::both(1).await;
        let call = weftwork::timeout(weftwork::millis(20), waiting(&store.pool));
        call.await.unwrap_err();
        let events = seen.take();
        let rolled_back = String::from(r#"rolled back: DEBUG function="waiting" attempt=1 duration"#);
        assert!(events.contains(&rolled_back), "{events:?}");
        // One that is never polled has not begun.
        let mut never = pin!(async { drop(plain(&store.pool, true)) });
        assert!(poll_once(never.as_mut()).is_ready());
        assert!(drain(secs(60)).await.is_empty());
        assert!(seen.take().is_empty());
    });
}

const AGAIN: &str = "DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$";

#[transactional(tx, retry = 3)]
async fn repeated(tx: impl Begin<Postgres>, until: u32) -> Result<u32, StoreError> {
    sqlx::query("INSERT INTO t VALUES (1)").execute(&mut tx).await?;
    if attempt() < until {
        tx.execute(AGAIN).await?;
    }
    Ok(attempt())
}

#[test]
fn t85_each_repeated_attempt() {
    seen(async |seen| {
        let Some(store) = PgStore::open(1).await else { return };
        assert_eq!(repeated(&store.pool, 3).await.unwrap(), 3);
        let expected = [
            r#"rolled back: DEBUG function="repeated" attempt=1 duration"#,
            r#"retry: WARN function="repeated" attempt=1 delay"#,
            r#"rolled back: DEBUG function="repeated" attempt=2 duration"#,
            r#"retry: WARN function="repeated" attempt=2 delay"#,
            r#"committed: DEBUG function="repeated" attempt=3 duration"#,
        ];
        assert_eq!(seen.take(), expected);
        sqlx::query("DELETE FROM t").execute(&store.pool).await.unwrap();
        repeated(&store.pool, 9).await.unwrap_err();
        assert_eq!(seen.take().last().unwrap(), r#"rolled back: DEBUG function="repeated" attempt=3 duration"#);
    });
}

#[test]
fn t80_t85_unknown() {
    seen(async |seen| {
        let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
        let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(Duration::from_millis(200));
        let pool = pool.connect_with(store.options_through(&proxy)).await.unwrap();
        let gate = proxy.hold_reply("COMMIT");
        let mut call = Box::pin(repeated(&pool, 1));
        gate.reach(call.as_mut()).await;
        proxy.refuse();
        gate.cut();
        let error = call.await.unwrap_err();
        assert!(matches!(error, StoreError::Tx(TxError::Unknown { .. })), "{error:?}");
        assert_eq!(seen.take(), [r#"unknown: ERROR function="repeated" attempt=1 duration"#]);
    });
}
