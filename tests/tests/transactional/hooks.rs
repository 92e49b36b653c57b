//! `after_commit`: T47 to T54.

use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use sqlx::Postgres;
use sqlx::pool::PoolOptions;
use sqlx::{Pool, Sqlite};
use tokio::sync::Notify;
use weftwork::{Begin, Tx, TxError, drain, savepoint, transactional, without_retry_delays};
use weftwork_tests::backend::{Backend, Base, put};
use weftwork_tests::gated::{self, Bench, Gated, Side};
use weftwork_tests::postgres::PgStore;
use weftwork_tests::store::{Store, StoreError};
use weftwork_tests::{Log, Reports, on_every_backend, panic_within, poll_once};

on_every_backend! { 2:
    t47_hooks_run_behind_commit_in_order,
    t48_without_a_commit_no_hook_runs,
    t49_of_joined_calls,
    t50_of_savepoints,
    t52_a_hook_that_fails_is_told,
}
on_every_backend! { 1: t53_a_hook_may_query_and_begin }

const NO: StoreError = StoreError::Own("no");

/// Registers a hook that notes `word`, and notes `-` when it is dropped.
fn note<Db: Backend>(tx: &mut Tx<Db>, log: &Log, word: &'static str) {
    let (note, dropped) = (log.clone(), log.on_drop("-"));
    tx.after_commit(async move {
        let _kept = dropped;
        note.note(word);
    });
}

async fn t47_hooks_run_behind_commit_in_order<S: Base + 'static>(store: S) {
    #[transactional(tx)]
    async fn registering<S: Base + 'static>(tx: impl Begin<S::Db>, store: &Arc<S>, log: &Log) -> Result<(), StoreError> {
        for n in 1..=3 {
            let (log, pool) = (log.clone(), store.pool().clone());
            tx.after_commit(async move {
                log.note(format!("hook {n}"));
                // Several awaits, so that the next one would come in between if it did not wait.
                tokio::task::yield_now().await;
                S::Db::put_outside(&pool, 10 + n).await.unwrap();
                log.note(format!("end {n}"));
            });
        }
        put(&mut tx, 1).await?;
        log.note("body");
        Ok(())
    }
    let (store, log) = (Arc::new(store), Log::new());
    registering(store.pool(), &store, &log).await.unwrap();
    log.note("returned");
    assert_eq!(log.text(), "body hook 1 end 1 hook 2 end 2 hook 3 end 3 returned");
    assert_eq!(store.rows().await, [1, 11, 12, 13]);
    store.assert_whole().await;
}

async fn t48_without_a_commit_no_hook_runs<S: Base>(store: S) {
    #[derive(Clone, Copy)]
    enum Way {
        Fail,
        Panic,
        Stand,
        Dooms,
        Hidden,
    }
    #[transactional(tx)]
    async fn failing<Db: Backend>(tx: impl Begin<Db>) -> Result<(), StoreError> {
        put(&mut tx, 2).await?;
        Err(NO)
    }
    #[transactional(tx)]
    async fn ending<Db: Backend>(tx: impl Begin<Db>, log: &Log, way: Way, standing: &Notify) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        note(&mut tx, log, "ran");
        note(&mut tx, log, "ran");
        match way {
            Way::Fail => Err(NO),
            Way::Panic => panic!("on purpose"),
            Way::Stand => {
                standing.notify_one();
                pending().await
            }
            Way::Dooms => {
                failing(&mut tx).await.unwrap_err();
                Ok(())
            }
            Way::Hidden => Err(NO),
        }
    }
    let log = Log::new();
    for (way, dropped) in
        [(Way::Fail, "- -"), (Way::Panic, "- - - -"), (Way::Dooms, "- - - - - -"), (Way::Hidden, "- - - - - - - -")]
    {
        let standing = Notify::new();
        let call = ending(store.pool(), &log, way, &standing);
        match way {
            Way::Panic => assert_eq!(panic_within(call).await, "on purpose"),
            _ => drop(call.await.unwrap_err()),
        }
        store.assert_whole().await;
        assert_eq!(log.text(), dropped);
    }
    let (log, standing) = (Log::new(), Notify::new());
    tokio::select! {
        _ = ending(store.pool(), &log, Way::Stand, &standing) => unreachable!(),
        () = standing.notified() => {}
    }
    store.assert_whole().await;
    assert_eq!(log.text(), "- -");
    assert!(store.rows().await.is_empty());
}

#[transactional(tx)]
async fn late(tx: impl Begin<Postgres>, log: &Log) -> Result<(), StoreError> {
    note(&mut tx, log, "ran");
    for _ in 0..2 {
        sqlx::query("INSERT INTO late VALUES (1)").execute(&mut tx).await?;
    }
    Ok(())
}

#[tokio::test]
async fn t48_postgres_a_commit_that_fails_runs_no_hook() {
    let Some(store) = PgStore::open(1).await else { return };
    let log = Log::new();
    let error = late(&store.pool, &log).await.unwrap_err();
    assert!(matches!(error, StoreError::Tx(TxError::Commit(_))), "{error:?}");
    assert_eq!(log.text(), "-");
}

#[tokio::test]
async fn t48_postgres_an_unknown_end_runs_no_hook() {
    #[transactional(tx)]
    async fn noting(tx: impl Begin<Postgres>, log: &Log) -> Result<(), StoreError> {
        note(&mut tx, log, "ran");
        put(&mut tx, 1).await
    }
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    // As long as a connection would be waited for, the server is asked.
    let options = PoolOptions::new().max_connections(1).acquire_timeout(Duration::from_secs(1));
    let pool = options.connect_with(store.options_through(&proxy)).await.unwrap();
    let log = Log::new();
    let gate = proxy.hold_reply("COMMIT");
    let mut call = pin!(noting(&pool, &log));
    gate.reach(call.as_mut()).await;
    proxy.refuse();
    gate.cut();
    let error = call.await.unwrap_err();
    assert!(matches!(error, StoreError::Tx(TxError::Unknown { .. })), "{error:?}");
    assert_eq!(log.text(), "-");
}

async fn t49_of_joined_calls<S: Base>(store: S) {
    #[transactional(tx)]
    async fn inner<Db: Backend>(tx: impl Begin<Db>, log: &Log) -> Result<(), StoreError> {
        note(&mut tx, log, "second");
        put(&mut tx, 1).await
    }
    #[transactional(tx)]
    async fn outer<Db: Backend>(tx: impl Begin<Db>, log: &Log) -> Result<(), StoreError> {
        note(&mut tx, log, "first");
        inner(&mut tx, log).await?;
        log.note("joined");
        note(&mut tx, log, "third");
        Ok(())
    }
    let log = Log::new();
    outer(store.pool(), &log).await.unwrap();
    assert_eq!(log.text(), "joined first - second - third -");
    store.assert_whole().await;
}

#[tokio::test]
async fn t49_postgres_of_a_transaction_of_its_own() {
    #[transactional(tx, propagation = requires_new)]
    async fn own(tx: impl Begin<Postgres>, log: &Log) -> Result<(), StoreError> {
        note(&mut tx, log, "own");
        put(&mut tx, 1).await
    }
    #[transactional(tx)]
    async fn outer(tx: impl Begin<Postgres>, log: &Log) -> Result<(), StoreError> {
        note(&mut tx, log, "outer");
        own(&mut tx, log).await?;
        log.note("going on");
        Err(NO)
    }
    let Some(store) = PgStore::open(2).await else { return };
    let log = Log::new();
    outer(&store.pool, &log).await.unwrap_err();
    assert_eq!(log.text(), "own - going on -");
    assert_eq!(store.rows().await, [1]);
}

async fn t50_of_savepoints<S: Base>(store: S) {
    #[transactional(tx)]
    async fn outer<Db: Backend>(tx: impl Begin<Db>, log: &Log) -> Result<(), StoreError> {
        note(&mut tx, log, "before");
        savepoint!(tx, async || -> Result<(), StoreError> {
            note(&mut tx, log, "good");
            put(&mut tx, 1).await
        })
        .await?;
        savepoint!(tx, async || -> Result<(), StoreError> {
            note(&mut tx, log, "undone");
            savepoint!(tx, async || -> Result<(), StoreError> {
                note(&mut tx, log, "good in an undone one");
                put(&mut tx, 2).await
            })
            .await?;
            Err(NO)
        })
        .await
        .unwrap_err();
        log.note("undone");
        note(&mut tx, log, "behind");
        Ok(())
    }
    let log = Log::new();
    outer(store.pool(), &log).await.unwrap();
    assert_eq!(log.text(), "- - undone before - good - behind -");
    assert_eq!(store.rows().await, [1]);
    store.assert_whole().await;
}

#[tokio::test]
async fn t51_postgres_of_failed_attempts() {
    #[transactional(tx, retry = 5)]
    async fn third(tx: impl Begin<Postgres>, log: &Log) -> Result<(), StoreError> {
        note(&mut tx, log, "ran");
        put(&mut tx, 1).await?;
        if weftwork::attempt() < 3 {
            sqlx::query("SELECT fail('40001')").execute(&mut tx).await?;
        }
        log.note("good");
        Ok(())
    }
    let Some(store) = PgStore::open(1).await else { return };
    store.make_fail().await;
    let log = Log::new();
    without_retry_delays(third(&store.pool, &log)).await.unwrap();
    assert_eq!(log.text(), "- - good ran -");
    assert_eq!(store.rows().await, [1]);
}

#[tokio::test]
async fn t51_sqlite_of_failed_attempts() {
    #[transactional(tx, retry = 5, read_only)]
    async fn second<Db: Backend>(tx: impl Begin<Db>, log: &Log, other: &mut sqlx::SqliteConnection) -> Result<(), StoreError> {
        note(&mut tx, log, "ran");
        if weftwork::attempt() == 2 {
            sqlx::query("ROLLBACK").execute(&mut *other).await?;
        }
        Db::seen(&mut tx).await.map(drop)
    }
    let store = Store::open(sqlx::sqlite::SqliteJournalMode::Delete, 1).await;
    let options = store.options().busy_timeout(Duration::ZERO);
    let pool: Pool<Sqlite> = PoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    let mut other = store.outside().await;
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut other).await.unwrap();
    let log = Log::new();
    without_retry_delays(second(&pool, &log, &mut other)).await.unwrap();
    assert_eq!(log.text(), "- ran -");
}

async fn t52_a_hook_that_fails_is_told<S: Base>(store: S) {
    #[transactional(tx)]
    async fn t52_hooks<Db: Backend>(tx: impl Begin<Db>, log: &Log) -> Result<i64, StoreError> {
        put(&mut tx, 1).await?;
        tx.after_commit(async { Err::<(), _>(StoreError::Own("in a hook")) });
        note(&mut tx, log, "second");
        tx.after_commit(async { panic!("out of a hook") });
        let _unused: () = note(&mut tx, log, "fourth");
        Ok(7)
    }
    Reports::start();
    let log = Log::new();
    assert_eq!(t52_hooks(store.pool(), &log).await.unwrap(), 7);
    assert_eq!(log.text(), "second - fourth -");
    assert_eq!(store.rows().await, [1]);
    let told: Vec<_> = Reports::take("t52_hooks").iter().map(ToString::to_string).collect();
    // The same test runs on other databases at the same time.
    assert!(told.iter().all(|text| text.contains("in a hook") || text.contains("out of a hook")), "{told:?}");
    store.assert_whole().await;
}

#[tokio::test]
async fn t52_each_failure_is_told_once() {
    #[transactional(tx)]
    async fn t52_told<Db: Backend>(tx: impl Begin<Db>) -> Result<(), StoreError> {
        tx.after_commit(async { Err::<(), _>(StoreError::Own("in a hook")) });
        tx.after_commit(async { panic!("out of a hook") });
        Ok(())
    }
    for store in Store::both(1).await {
        let reports = Reports::of("t52_told");
        t52_told(&store.pool).await.unwrap();
        let told: Vec<_> = reports.all().iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].contains("in a hook") && told[1].contains("out of a hook"), "{told:?}");
    }
}

async fn t53_a_hook_may_query_and_begin<S: Base>(store: S) {
    #[transactional(tx)]
    async fn again<Db: Backend>(tx: impl Begin<Db>, depth: i64) -> Result<(), StoreError> {
        put(&mut tx, depth).await?;
        if depth == 3 {
            return Err(NO);
        }
        let own = tx.connection().await.is_ok();
        assert!(own);
        Ok(())
    }
    #[transactional(tx = pool)]
    async fn hooked<Db: Backend>(pool: &Pool<Db>) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        let pool = pool.clone();
        tx.after_commit(async move {
            Db::put_outside(&pool, 10).await?;
            again(&pool, 2).await?;
            again(&pool, 3).await.unwrap_err();
            Ok::<(), StoreError>(())
        });
        Ok(())
    }
    // There is one connection: it has gone back before.
    hooked(store.pool()).await.unwrap();
    assert_eq!(store.rows().await, [1, 2, 10]);
    store.assert_whole().await;
}

#[tokio::test]
async fn t54_postgres_cut_in_commit_the_hooks_run_all_the_same() {
    #[transactional(tx)]
    async fn noting(tx: impl Begin<Postgres>, log: &Log) -> Result<(), StoreError> {
        note(&mut tx, log, "first");
        note(&mut tx, log, "second");
        put(&mut tx, 1).await
    }
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    for hold in [weftwork_tests::proxy::Proxy::hold_request, weftwork_tests::proxy::Proxy::hold_reply] {
        let log = Log::new();
        let gate = hold(&proxy, "COMMIT");
        let mut call = Box::pin(noting(&store.pool, &log));
        gate.reach(call.as_mut()).await;
        drop(call);
        let mut drained = pin!(drain(Duration::from_secs(60)));
        assert!(poll_once(drained.as_mut()).is_pending());
        assert_eq!(log.text(), "");
        gate.release();
        drained.await;
        assert_eq!(log.text(), "first - second -");
        assert_eq!(store.rows().await, [1]);
        store.clear().await;
        store.assert_whole().await;
    }
}

#[tokio::test]
async fn t54_sqlite_cut_in_commit_the_hooks_run_all_the_same() {
    #[transactional(tx)]
    async fn noting(tx: impl Begin<Gated>, ended: &Arc<Notify>) -> Result<(), StoreError> {
        let ended = Arc::clone(ended);
        tx.after_commit(async move { ended.notify_one() });
        gated::put(&mut tx, 1).await
    }
    for side in [Side::Before, Side::After] {
        for store in Store::both(1).await {
            let (bench, ended) = (Bench::new(store.options()).await, Arc::new(Notify::new()));
            bench.hold("COMMIT", side);
            let mut call = Box::pin(noting(&bench, &ended));
            bench.reach(call.as_mut()).await;
            drop(call);
            bench.open();
            ended.notified().await;
            bench.assert_clean().await;
            assert_eq!(store.rows().await, [1]);
        }
    }
}
