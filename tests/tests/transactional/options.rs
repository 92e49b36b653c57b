//! What a transaction is asked for: T37 to T44.

use std::cell::Cell;
use std::pin::pin;
use std::time::Duration;

use sqlx::pool::PoolOptions;
use sqlx::sqlite::{SqliteJournalMode, SqlitePoolOptions};
use sqlx::{Pool, Postgres, Sqlite, SqlitePool};
use weftwork::{Begin, Elapsed, Tx, TxError, TxOptions, timeout, transaction_with, transactional, without_retry_delays};
use weftwork_tests::backend::{Backend, Base, put};
use weftwork_tests::gated::{self, Bench, Gated, Side};
use weftwork_tests::postgres::PgStore;
use weftwork_tests::proxy::Proxy;
use weftwork_tests::store::{Store, StoreError};
use weftwork_tests::{on_every_backend, panic_within, poll_once};

on_every_backend! { 1:
    t39_a_write_in_what_may_only_read_fails,
    t40_the_next_one_on_the_connection_can_write,
    t41_the_limit_covers_the_wait_for_a_connection_and_the_body,
}

#[tokio::test]
async fn t37_postgres_isolation_is_asked_for_with_begin() {
    async fn given(tx: &mut Tx<Postgres>) -> Result<String, StoreError> {
        Ok(sqlx::query_scalar("SELECT current_setting('transaction_isolation')").fetch_one(tx).await?)
    }
    #[transactional(tx, isolation = serializable)]
    async fn serializable(tx: impl Begin<Postgres>) -> Result<String, StoreError> {
        given(&mut tx).await
    }
    #[transactional(tx, isolation = repeatable_read, read_only)]
    async fn repeatable_read(tx: impl Begin<Postgres>) -> Result<String, StoreError> {
        given(&mut tx).await
    }
    #[transactional(tx, isolation = read_committed)]
    async fn read_committed(tx: impl Begin<Postgres>) -> Result<String, StoreError> {
        given(&mut tx).await
    }
    #[transactional(tx, isolation = read_uncommitted)]
    async fn read_uncommitted(tx: impl Begin<Postgres>) -> Result<String, StoreError> {
        given(&mut tx).await
    }
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    // Each session is asked once where it is.
    reading(&store.pool).await.unwrap();
    let (mut log, _) = (proxy.log(), proxy.round_trips());
    let mut sent = |begin: &str| {
        log = proxy.log();
        let own = log.iter().filter(|sql| sql.contains("ISOLATION")).collect::<Vec<_>>();
        assert!(own.len() == 1 && own[0].contains(begin), "{log:?}");
    };
    assert_eq!(serializable(&store.pool).await.unwrap(), "serializable");
    sent("BEGIN ISOLATION LEVEL SERIALIZABLE");
    assert_eq!(repeatable_read(&store.pool).await.unwrap(), "repeatable read");
    sent("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    assert_eq!(read_committed(&store.pool).await.unwrap(), "read committed");
    sent("BEGIN ISOLATION LEVEL READ COMMITTED");
    assert_eq!(read_uncommitted(&store.pool).await.unwrap(), "read uncommitted");
    sent("BEGIN ISOLATION LEVEL READ UNCOMMITTED");
    // The question for its number is the only other exchange. The statement is prepared by now.
    store.no_session_in_transaction().await;
    assert!(proxy.round_trips() > 0);
    serializable(&store.pool).await.unwrap();
    store.no_session_in_transaction().await;
    let trips = proxy.round_trips();
    assert_eq!(trips, 4, "{:?}", proxy.log());
    // The connection's next transaction is one as ever.
    #[transactional(tx)]
    async fn plain(tx: impl Begin<Postgres>) -> Result<String, StoreError> {
        given(&mut tx).await
    }
    assert_eq!(plain(&store.pool).await.unwrap(), "read committed");
}

#[tokio::test]
async fn t38_sqlite_any_isolation_begins_immediate() {
    #[transactional(tx, isolation = read_uncommitted)]
    async fn weakest(tx: impl Begin<Sqlite>, store: &Store) -> Result<(), StoreError> {
        // Nothing is written yet, and nobody else may.
        let mut other = sqlx::ConnectOptions::connect(&store.options().busy_timeout(Duration::ZERO)).await?;
        let busy = sqlx::query("INSERT INTO t VALUES (1)").execute(&mut other).await.unwrap_err();
        assert_eq!(busy.as_database_error().unwrap().code().as_deref(), Some("5"), "{busy}");
        put(&mut tx, 2).await
    }
    for store in Store::both(1).await {
        weakest(&store.pool, &store).await.unwrap();
        assert_eq!(store.rows().await, [2]);
        store.assert_whole().await;
    }
}

#[transactional(tx, read_only)]
async fn reading<Db: Backend>(tx: impl Begin<Db>) -> Result<Vec<i64>, StoreError> {
    Db::seen(&mut tx).await
}

#[transactional(tx, read_only)]
async fn writing<Db: Backend>(tx: impl Begin<Db>) -> Result<(), StoreError> {
    put(&mut tx, 7).await
}

async fn t39_a_write_in_what_may_only_read_fails<S: Base>(store: S) {
    let error = writing(store.pool()).await.unwrap_err();
    let StoreError::Sql(error) = error else { panic!("{error:?}") };
    let code = error.as_database_error().unwrap().code().unwrap();
    assert!(["25006", "8"].contains(&&*code), "{error:?}");
    assert!(store.rows().await.is_empty());
    assert!(reading(store.pool()).await.unwrap().is_empty());
    store.assert_whole().await;
}

async fn t40_the_next_one_on_the_connection_can_write<S: Base>(store: S) {
    #[transactional(tx, read_only)]
    async fn panicking<Db: Backend>(tx: impl Begin<Db>) -> Result<(), StoreError> {
        Db::seen(&mut tx).await?;
        panic!("on purpose")
    }
    let mut n = 0;
    let mut next = async || {
        n += 1;
        S::Db::put_outside(store.pool(), n).await.unwrap();
        n
    };
    reading(store.pool()).await.unwrap();
    next().await;
    writing(store.pool()).await.unwrap_err();
    next().await;
    assert_eq!(panic_within(panicking(store.pool())).await, "on purpose");
    next().await;
    // Dropped after each of its polls: in BEGIN, in the body, in COMMIT and in ROLLBACK.
    for is_good in [true, false] {
        for polls in 1.. {
            let mut call = if is_good {
                Box::pin(async { reading(store.pool()).await.is_ok() }) as std::pin::Pin<Box<dyn Future<Output = bool>>>
            } else {
                Box::pin(async { writing(store.pool()).await.is_err() })
            };
            let mut ended = false;
            for _ in 0..polls {
                ended |= poll_once(call.as_mut()).is_ready();
                if ended {
                    break;
                }
                tokio::task::yield_now().await;
                std::thread::yield_now();
            }
            drop(call);
            next().await;
            if ended || polls > 200 {
                break;
            }
        }
    }
    let written = next().await;
    assert_eq!(store.rows().await, (1..=written).collect::<Vec<_>>());
    store.assert_whole().await;
}

async fn t41_the_limit_covers_the_wait_for_a_connection_and_the_body<S: Base>(store: S) {
    #[transactional(tx, timeout = 20ms)]
    async fn never<Db: Backend>(tx: impl Begin<Db>) -> Result<(), StoreError> {
        unreachable!("{tx:?}")
    }
    #[transactional(tx, timeout = 20ms)]
    async fn for_ever<Db: Backend>(tx: impl Begin<Db>) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        std::future::pending().await
    }
    let is_over = |result: Result<(), StoreError>, function: &str| {
        let error = result.unwrap_err();
        assert!(matches!(error, StoreError::Tx(TxError::TimedOut(_))), "{error:?}");
        let text = error.to_string();
        assert!(text.contains(&format!("`{function}`")) && text.contains("20ms"), "{text}");
    };
    let held = store.pool().acquire().await.unwrap();
    is_over(never(store.pool()).await, "never");
    drop(held);
    is_over(for_ever(store.pool()).await, "for_ever");
    let short = TxOptions::new().timeout(Duration::from_millis(20));
    let pending = async |tx: &mut Tx<S::Db>| -> Result<(), StoreError> {
        put(tx, 1).await?;
        std::future::pending().await
    };
    is_over(transaction_with(short, store.pool(), pending).await, "transaction");
    assert!(store.rows().await.is_empty());
    store.assert_whole().await;
}

#[transactional(tx, timeout = 2h)]
async fn patient<Db: Backend>(tx: impl Begin<Db>, n: i64) -> Result<(), StoreError> {
    put(&mut tx, n).await
}

/// Lets the time of [`patient`] pass at once.
async fn let_it_pass() {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(3 * 60 * 60)).await;
    tokio::time::resume();
}

/// A pool that keeps its connections however late it is.
async fn timeless(store: &PgStore, proxy: &Proxy) -> Pool<Postgres> {
    let options = PoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
    options.connect_with(store.options_through(proxy)).await.unwrap()
}

#[tokio::test]
async fn t41_postgres_the_limit_covers_begin() {
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    let pool = timeless(&store, &proxy).await;
    for hold in [Proxy::hold_request, Proxy::hold_reply] {
        let gate = hold(&proxy, "BEGIN");
        let mut call = pin!(patient(&pool, 1));
        gate.reach(call.as_mut()).await;
        let_it_pass().await;
        // It returns when nothing of it is left, which is behind BEGIN.
        gate.release();
        let error = call.await.unwrap_err();
        assert!(matches!(error, StoreError::Tx(TxError::TimedOut(_))), "{error:?}");
        store.no_session_in_transaction().await;
    }
    assert!(store.rows().await.is_empty());
    Postgres::put_outside(&pool, 2).await.unwrap();
    assert_eq!(store.rows().await, [2]);
}

#[tokio::test]
async fn t42_postgres_the_limit_passes_in_commit() {
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    let pool = timeless(&store, &proxy).await;
    for (n, hold) in [(1, Proxy::hold_request as fn(&Proxy, &'static str) -> _), (2, Proxy::hold_reply)] {
        let gate = hold(&proxy, "COMMIT");
        let mut call = pin!(patient(&pool, n));
        gate.reach(call.as_mut()).await;
        let_it_pass().await;
        assert!(poll_once(call.as_mut()).is_pending());
        gate.release();
        call.await.unwrap();
    }
    assert_eq!(store.rows().await, [1, 2]);
}

#[tokio::test]
async fn t42_sqlite_the_limit_passes_in_commit() {
    #[transactional(tx, timeout = 2h)]
    async fn patient(tx: impl Begin<Gated>) -> Result<(), StoreError> {
        gated::put(&mut tx, 1).await
    }
    for side in [Side::Before, Side::After] {
        for store in Store::both(1).await {
            let bench = Bench::new(store.options()).await;
            bench.hold("COMMIT", side);
            let mut call = pin!(patient(&bench));
            bench.reach(call.as_mut()).await;
            let_it_pass().await;
            assert!(poll_once(call.as_mut()).is_pending());
            bench.open();
            call.await.unwrap();
            bench.assert_clean().await;
            assert_eq!(store.rows().await, [1]);
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum LimitedError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Tx(#[from] TxError),
    #[error(transparent)]
    Elapsed(#[from] Elapsed),
}

#[tokio::test]
async fn t43_postgres_a_limit_above_the_transaction_passes_in_commit() {
    #[timeout(2h)]
    #[transactional(tx)]
    async fn above(tx: impl Begin<Postgres>) -> Result<(), LimitedError> {
        Ok(put(&mut tx, 1).await?)
    }
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    let pool = timeless(&store, &proxy).await;
    let gate = proxy.hold_request("COMMIT");
    let mut call = pin!(above(&pool));
    gate.reach(call.as_mut()).await;
    let_it_pass().await;
    // Its time is over, and COMMIT is not.
    assert!(poll_once(call.as_mut()).is_pending());
    assert!(store.rows().await.is_empty());
    gate.release();
    assert!(matches!(call.await, Err(LimitedError::Elapsed(_))));
    // Which is why such a limit stands inside `#[transactional]`.
    assert_eq!(store.rows().await, [1]);
    store.no_session_in_transaction().await;
}

#[tokio::test]
async fn t44_postgres_retry_counts_all_attempts() {
    #[transactional(tx, retry = 5)]
    async fn five(tx: impl Begin<Postgres>, runs: &Cell<u32>) -> Result<(), StoreError> {
        runs.set(runs.get() + 1);
        put(&mut tx, 1).await?;
        sqlx::query("SELECT fail('40001')").execute(&mut tx).await?;
        Ok(())
    }
    let Some(store) = PgStore::open(1).await else { return };
    store.make_fail().await;
    let runs = Cell::new(0);
    let error = without_retry_delays(five(&store.pool, &runs)).await.unwrap_err();
    let StoreError::Sql(error) = error else { panic!("{error:?}") };
    assert_eq!(error.as_database_error().unwrap().code().as_deref(), Some("40001"));
    assert_eq!(runs.get(), 5);
    let runs = Cell::new(0);
    let five = transaction_with(TxOptions::new().attempts(5), &store.pool, async |tx: &mut Tx<Postgres>| {
        runs.set(runs.get() + 1);
        sqlx::query("SELECT fail('40001')").execute(tx).await?;
        Ok::<_, StoreError>(())
    });
    without_retry_delays(five).await.unwrap_err();
    assert_eq!(runs.get(), 5);
    assert!(store.rows().await.is_empty());
    store.assert_whole().await;
}

#[tokio::test]
async fn t44_sqlite_retry_counts_all_attempts() {
    #[transactional(tx = pool, retry = 5, read_only)]
    async fn five(pool: &SqlitePool, runs: &Cell<u32>) -> Result<(), StoreError> {
        runs.set(runs.get() + 1);
        Sqlite::seen(&mut tx).await.map(drop)
    }
    let store = Store::open(SqliteJournalMode::Delete, 1).await;
    let impatient = store.options().busy_timeout(Duration::ZERO);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(impatient).await.unwrap();
    let mut other = store.outside().await;
    // In a rollback journal this keeps readers out, too.
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut other).await.unwrap();
    let runs = Cell::new(0);
    let error = without_retry_delays(five(&pool, &runs)).await.unwrap_err();
    let StoreError::Sql(error) = error else { panic!("{error:?}") };
    assert_eq!(error.as_database_error().unwrap().code().as_deref(), Some("5"));
    assert_eq!(runs.get(), 5);
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    five(&pool, &runs).await.unwrap();
    assert_eq!(runs.get(), 6);
}
