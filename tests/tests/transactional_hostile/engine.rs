//! Attacks on transactions: each test states what should be, and fails where it is not.

use std::mem;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures::FutureExt;
use sqlx::{Postgres, Sqlite};
use tokio::sync::Notify;
use weftwork::{
    Begin, Database, Isolation, NotCommitted, OnLink, Severity, Standing, Terms, Tx, TxError, TxOptions, TxOutcome, savepoint,
    transaction_with, transactional,
};
use weftwork_tests::gated::Side::Before;
use weftwork_tests::gated::{Bench, Gated, put};
use weftwork_tests::postgres::PgStore;
use weftwork_tests::store::{Store, StoreError};

// ---- a text that ends the transaction in its middle and begins another one

#[transactional(tx)]
async fn text(tx: impl Begin<Sqlite>, sql: &'static str, ok: bool) -> Result<(), StoreError> {
    sqlx::raw_sql(sql).execute(&mut tx).await?;
    sqlx::query("INSERT INTO t VALUES (9)").execute(&mut tx).await?;
    if ok { Ok(()) } else { Err(StoreError::Own("no")) }
}

#[tokio::test]
async fn t36_a_hidden_commit_and_begin_is_told() {
    for store in Store::both(1).await {
        let told = text(&store.pool, "INSERT INTO t VALUES (3); COMMIT; BEGIN", true).await;
        assert!(format!("{told:?}").contains("EndedInside"), "{told:?}");
        store.assert_whole().await;
    }
}

#[tokio::test]
async fn t36_postgres_a_hidden_commit_and_begin_is_told() {
    let Some(store) = PgStore::open(1).await else { return };
    #[transactional(tx)]
    async fn text(tx: impl Begin<Postgres>) -> Result<(), StoreError> {
        sqlx::raw_sql("INSERT INTO t VALUES (3); COMMIT; BEGIN").execute(&mut tx).await?;
        Err(StoreError::Own("rolled back"))
    }
    let told = text(&store.pool).await;
    // What its own COMMIT has committed is there, and so nobody is told that it was rolled back.
    assert_eq!(store.rows().await, [3]);
    assert!(matches!(told, Err(StoreError::Tx(TxError::EndedInside))), "{told:?}");
    store.assert_whole().await;
}

#[tokio::test]
async fn t36_an_end_behind_a_comment_with_a_semicolon_is_seen() {
    for store in Store::both(1).await {
        let sql = "INSERT INTO t VALUES (3); -- a; b\nCOMMIT; -- c; d\nBEGIN";
        let told = text(&store.pool, sql, true).await;
        assert!(format!("{told:?}").contains("EndedInside"), "{told:?}");
        store.assert_whole().await;
    }
}

// ---- the connection taken out of its transaction

#[tokio::test]
async fn t60_a_connection_can_not_be_taken_out_of_its_transaction() {
    let [store, _] = Store::both(2).await;
    #[transactional(tx = pool)]
    async fn taking(pool: &sqlx::SqlitePool) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO t VALUES (1)").execute(&mut tx).await?;
        let other = <Sqlite as Database>::acquire(pool).await?;
        let inside = mem::replace(tx.connection().await?, other);
        drop(inside);
        Ok(())
    }
    let told = taking(&store.pool).await;
    told.unwrap_err();
    store.assert_whole().await;
}

// ---- hooks of a savepoint around one whose end was cut

#[tokio::test]
async fn t50_a_hook_of_an_undone_savepoint_does_not_run() {
    static RUN: AtomicUsize = AtomicUsize::new(0);
    let [store, _] = Store::both(1).await;
    let bench = Bench::new(store.options()).await;
    #[transactional(tx)]
    async fn outer(tx: impl Begin<Gated>, bench: &Bench) -> Result<(), StoreError> {
        let undone: Result<(), StoreError> = savepoint!(tx, {
            tx.after_commit(async { drop(RUN.fetch_add(1, Ordering::Relaxed)) });
            let mut inner = Box::pin(savepoint!(tx, async || -> Result<(), StoreError> {
                put(&mut tx, 1).await?;
                bench.hold("settle", Before);
                Ok(())
            }));
            bench.reach(inner.as_mut()).await;
            drop(inner);
            bench.open();
            Err(StoreError::Own("undone"))
        })
        .await;
        undone.unwrap_err();
        put(&mut tx, 2).await
    }
    outer(&bench, &bench).await.unwrap();
    assert_eq!(store.rows().await, [2]);
    assert_eq!(RUN.load(Ordering::Relaxed), 0, "the hook of an undone savepoint has run");
}

// ---- an undo that fails where its caller is gone

#[tokio::test]
async fn t64_an_undo_that_failed_unseen_is_no_commit() {
    for store in Store::both(1).await {
        let bench = Bench::new(store.options()).await;
        #[transactional(tx)]
        async fn outer(tx: impl Begin<Gated>, bench: &Bench) -> Result<(), StoreError> {
            bench.fail("ROLLBACK TO weftwork_1");
            let mut inner = Box::pin(savepoint!(tx, async || -> Result<(), StoreError> {
                put(&mut tx, 1).await?;
                bench.hold("ROLLBACK TO weftwork_1", Before);
                Err(StoreError::Own("undo me"))
            }));
            bench.reach(inner.as_mut()).await;
            drop(inner);
            bench.open();
            put(&mut tx, 2).await
        }
        let told = outer(&bench, &bench).await;
        assert!(!store.rows().await.contains(&1), "{told:?}: an undone row was committed, {:?}", bench.log());
    }
}

// ---- a database without a database

#[derive(Debug, Default)]
struct Shared {
    log: Mutex<Vec<String>>,
    standing: Mutex<Option<Standing<Trouble>>>,
    /// Where it stands still.
    holds_standing: AtomicUsize,
    holds_tidy: AtomicUsize,
    reached: Notify,
    opened: Notify,
    lost_at_commit: AtomicUsize,
}

#[derive(Debug)]
struct Mock;
#[derive(Debug)]
struct MockLink(Arc<Shared>);
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Trouble(&'static str);

impl Shared {
    async fn gate(&self, holds: &AtomicUsize) {
        if holds.swap(0, Ordering::Relaxed) > 0 {
            self.reached.notify_one();
            self.opened.notified().await;
        }
    }
}

impl Database for Mock {
    type Pool = Arc<Shared>;
    type Link = MockLink;
    type Error = Trouble;
    const ISOLATION: Isolation = Isolation::Serializable;

    async fn acquire(shared: &Arc<Shared>) -> Result<MockLink, Trouble> {
        Ok(MockLink(shared.clone()))
    }
    async fn begin(link: &mut MockLink, _: &Terms) -> Result<(), Trouble> {
        Self::control(link, "BEGIN".into()).await
    }
    async fn control(link: &mut MockLink, statement: String) -> Result<(), Trouble> {
        link.0.log.lock().unwrap().push(statement);
        Ok(())
    }
    async fn commit(link: &mut MockLink) -> Result<(), NotCommitted<Trouble>> {
        Self::control(link, "COMMIT".into()).await.unwrap();
        if link.0.lost_at_commit.swap(0, Ordering::Relaxed) > 0 {
            return Err(NotCommitted::RolledBack(Trouble("lost before the commit")));
        }
        Ok(())
    }
    async fn settle(_: &mut MockLink) -> Result<(), Trouble> {
        Ok(())
    }
    async fn standing(link: &mut MockLink) -> Result<Standing<Trouble>, Trouble> {
        link.0.gate(&link.0.holds_standing).await;
        Ok(link.0.standing.lock().unwrap().take().unwrap_or(Standing::Open))
    }
    async fn tidy(link: &mut MockLink) -> Result<(), Trouble> {
        link.0.gate(&link.0.holds_tidy).await;
        if link.0.log.lock().unwrap().iter().any(|text| text == "dead") { Err(Trouble("dead")) } else { Ok(()) }
    }
    fn severity(_: &Trouble) -> Severity {
        Severity::Connection
    }
    fn discard(link: MockLink) {
        link.0.log.lock().unwrap().push("discarded".into());
    }
}

struct OnMock(Arc<Shared>);
impl Begin<Mock> for OnMock {
    type Source = OnLink<Mock>;
    fn source(self) -> OnLink<Mock> {
        OnLink::new(MockLink(self.0))
    }
}

type Res = Result<(), TxError>;

async fn reach<F: Future + Unpin>(shared: &Shared, call: &mut F) {
    tokio::select! {
        biased;
        _ = call => panic!("the call ended without reaching the gate"),
        () = shared.reached.notified() => {}
    }
}

#[tokio::test]
async fn t35_cut_twice_where_the_database_ended_the_transaction() {
    let shared = Arc::new(Shared::default());
    let at = &shared;
    let told = transaction_with(TxOptions::new(), OnMock(shared.clone()), async |tx: &mut Tx<Mock>| -> Res {
        tx.connection().await?;
        // The next statement asks how the transaction stands, and its caller is cancelled there.
        at.holds_standing.store(1, Ordering::Relaxed);
        *at.standing.lock().unwrap() = Some(Standing::Ended);
        let mut cut = Box::pin(tx.connection());
        reach(at, &mut cut).await;
        drop(cut);
        at.holds_tidy.store(1, Ordering::Relaxed);
        at.opened.notify_one();
        // The one behind it takes the connection back, and is cancelled where that is tidied.
        let mut cut = Box::pin(tx.connection());
        reach(at, &mut cut).await;
        drop(cut);
        at.opened.notify_one();
        tx.connection().await?;
        Ok(())
    });
    let told = AssertUnwindSafe(told).catch_unwind().await.map_err(|_| "it panicked");
    assert!(matches!(told, Ok(Err(TxError::Lost(_)))), "{told:?}");
}

#[tokio::test]
async fn t62_what_is_undone_does_not_keep_the_outer_from_going_on() {
    let shared = Arc::new(Shared::default());
    let at = &shared;
    let told = transaction_with(TxOptions::new(), OnMock(shared.clone()), async |tx: &mut Tx<Mock>| -> Res {
        let mut inner = Box::pin(savepoint!(tx, async || -> Res {
            tx.connection().await?;
            at.holds_standing.store(1, Ordering::Relaxed);
            *at.standing.lock().unwrap() = Some(Standing::Failed(Trouble("a statement failed")));
            tx.connection().await?;
            Ok(())
        }));
        reach(at, &mut inner).await;
        drop(inner);
        at.opened.notify_one();
        // T62: undone before this one.
        tx.connection().await?;
        Ok(())
    })
    .await;
    assert!(told.is_ok(), "{told:?} {:?}", shared.log.lock().unwrap());
}

#[tokio::test]
async fn t76_the_last_error_is_returned_where_the_only_connection_is_lost() {
    let shared = Arc::new(Shared::default());
    shared.lost_at_commit.store(1, Ordering::Relaxed);
    shared.log.lock().unwrap().push("dead".into());
    let options = TxOptions::new().attempts(3);
    let told = transaction_with(options, OnMock(shared.clone()), async |tx: &mut Tx<Mock>| -> Res {
        tx.connection().await?;
        Ok(())
    })
    .await;
    assert!(matches!(told, Err(TxError::Commit(_))), "{told:?}");
}

// ---- hooks

#[tokio::test]
async fn t53_the_connection_has_gone_back_before_a_hook_runs_also_under_retry() {
    let [store, _] = Store::both(1).await;
    let free = Arc::new(AtomicUsize::new(0));
    for attempts in [1, 2] {
        let connection = store.pool.acquire().await.unwrap();
        let (pool, free) = (store.pool.clone(), free.clone());
        free.store(0, Ordering::Relaxed);
        let seen = free.clone();
        let options = TxOptions::new().attempts(attempts);
        let told = transaction_with(options, connection, async |tx: &mut Tx<Sqlite>| -> Result<(), StoreError> {
            let (pool, free) = (pool.clone(), free.clone());
            tx.after_completion(move |_| async move {
                // Returned by a task.
                for _ in 0..1000 {
                    if pool.num_idle() == 1 {
                        free.store(1, Ordering::Relaxed);
                        break;
                    }
                    tokio::task::spawn_blocking(|| ()).await.unwrap();
                }
            });
            Err(StoreError::Own("no"))
        })
        .await;
        told.unwrap_err();
        assert_eq!(seen.load(Ordering::Relaxed), 1, "with attempts = {attempts} the hook of the last one waits for itself");
    }
}

struct Bomb;
impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("in a hook that is dropped");
    }
}

#[tokio::test]
async fn t52_a_hook_that_panics_when_dropped_costs_no_other_hook() {
    let [store, _] = Store::both(1).await;
    let told = Arc::new(Mutex::new(None));
    let seen = told.clone();
    let call = transaction_with(TxOptions::new(), &store.pool, async |tx: &mut Tx<Sqlite>| -> Result<(), StoreError> {
        let bomb = Bomb;
        tx.after_commit(async move { drop(bomb) });
        let seen = seen.clone();
        tx.after_completion(move |outcome| async move { *seen.lock().unwrap() = Some(outcome) });
        Err(StoreError::Own("no"))
    });
    let ended = AssertUnwindSafe(call).catch_unwind().await.map_err(|_| "panicked");
    assert_eq!(*told.lock().unwrap(), Some(TxOutcome::RolledBack), "{ended:?}");
    assert!(ended.is_ok());
}

// ---- transient
