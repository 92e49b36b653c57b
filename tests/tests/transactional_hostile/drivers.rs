//! More attacks on transactions: each test states what should be, and fails where it is not.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqlitePoolOptions;
use sqlx::{Connection, Executor, PgPool, Postgres, Row, Sqlite, SqlitePool};
use weftwork::{Begin, TxError, transactional};
use weftwork_tests::postgres::PgStore;
use weftwork_tests::store::{Store, StoreError};

#[tokio::test]
async fn t36_what_was_committed_from_inside_is_never_repeated() {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let Some(store) = PgStore::open(1).await else { return };
    #[transactional(tx, retry = 3)]
    async fn text(tx: impl Begin<Postgres>) -> Result<(), StoreError> {
        RUNS.fetch_add(1, Ordering::Relaxed);
        sqlx::raw_sql("INSERT INTO late SELECT 3; COMMIT; DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$")
            .execute(&mut tx)
            .await?;
        Ok(())
    }
    let mut outside = store.outside().await;
    outside.execute("DROP TABLE late; CREATE TABLE late (n BIGINT)").await.unwrap();
    let told = text(&store.pool).await;
    let rows: i64 = outside.fetch_one("SELECT count(*) FROM late").await.unwrap().get(0);
    assert!(rows <= 1, "{told:?}: committed {rows} times");
}

#[tokio::test]
async fn t37_a_transaction_of_a_stricter_default_sees_what_was_there_at_its_first_own_statement() {
    let Some(store) = PgStore::open(1).await else { return };
    let options = store.options().options([("default_transaction_isolation", "repeatable read")]);
    let pool = PgPoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    #[transactional(tx = pool)]
    async fn count(pool: &PgPool, store: &PgStore) -> Result<i64, StoreError> {
        store.outside().await.execute("INSERT INTO t VALUES (1)").await?;
        Ok(sqlx::query_scalar("SELECT count(*) FROM t").fetch_one(&mut tx).await?)
    }
    // The driver alone.
    let mut by_hand = pool.begin().await.unwrap();
    store.outside().await.execute("INSERT INTO t VALUES (7)").await.unwrap();
    let seen: i64 = sqlx::query_scalar("SELECT count(*) FROM t").fetch_one(&mut *by_hand).await.unwrap();
    assert_eq!(seen, 1);
    by_hand.rollback().await.unwrap();
    assert_eq!(count(&pool, &store).await.unwrap(), 2);
}

#[tokio::test]
async fn t78_a_server_that_does_not_tell_its_cluster_can_still_be_asked() {
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    let mut outside = store.outside().await;
    outside
        .execute(
            "DO $$ BEGIN CREATE ROLE attacker LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
             REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC;
             GRANT ALL ON t TO attacker",
        )
        .await
        .unwrap();
    let options = store.options_through(&proxy).username("attacker");
    let pool =
        PgPoolOptions::new().max_connections(1).acquire_timeout(Duration::from_secs(3)).connect_with(options).await.unwrap();
    #[transactional(tx)]
    async fn add(tx: impl Begin<Postgres>, n: i64) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO t VALUES ($1)").bind(n).execute(&mut tx).await?;
        Ok(())
    }
    add(&pool, 1).await.unwrap();
    let _cut = proxy.cut_reply("SAVEPOINT weftwork_end; COMMIT");
    let told = add(&pool, 2).await;
    assert_eq!(store.rows().await, [1, 2]);
    assert!(told.is_ok(), "{told:?}");
}

#[tokio::test]
async fn t34_a_mistake_in_a_parameter_is_no_lost_connection() {
    #[transactional(tx)]
    async fn mistaken(tx: impl Begin<Sqlite>) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO t VALUES (1)").execute(&mut tx).await?;
        let mistake = sqlx::query("SELECT * FROM t WHERE n = :n").bind(1).execute(&mut tx).await;
        mistake.unwrap_err();
        sqlx::query("INSERT INTO t VALUES (2)").execute(&mut tx).await?;
        Ok(())
    }
    let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
    pool.execute("CREATE TABLE t (n INTEGER)").await.unwrap();
    let told = mistaken(&pool).await;
    let rows: Result<Vec<i64>, _> = sqlx::query_scalar("SELECT n FROM t").fetch_all(&pool).await;
    assert!(told.is_ok() && matches!(rows.as_deref(), Ok([1, 2])), "T34: {told:?}, {rows:?}");
}
