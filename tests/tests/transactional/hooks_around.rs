//! `before_commit` and `after_completion`.

use std::pin::pin;
use std::sync::{Arc, Mutex};

use sqlx::Postgres;
use tokio::sync::Notify;
use weftwork::{Begin, Tx, TxError, TxOutcome, savepoint, transactional};
use weftwork_tests::backend::{Backend, Base, put};
use weftwork_tests::postgres::PgStore;
use weftwork_tests::store::StoreError;
use weftwork_tests::{Log, on_every_backend, panic_within};

on_every_backend! { 2:
    hooks_h1_before_commit_is_a_part_of_the_body,
    hooks_h2_before_commit_registers_more,
    hooks_h3_before_commit_fails_or_panics,
    hooks_h4_before_commit_in_parts_of_a_transaction,
    hooks_h5_before_commit_only_where_it_is_to_be_committed,
    hooks_h6_before_commit_stands_within_the_limit,
    hooks_h7_before_commit_is_dropped,
    hooks_h8_a_joined_call_fails_in_before_commit,
    hooks_h9_after_completion_is_told_how_it_ended,
    hooks_h10_after_completion_of_savepoints,
    hooks_h11_all_kinds_in_order,
}

const NO: StoreError = StoreError::Own("no");

/// Registers a hook that puts `n` and notes it.
fn before<Db: Backend>(tx: &mut Tx<Db>, log: &Log, n: i64) {
    let log = log.clone();
    tx.before_commit(move |tx| {
        Box::pin(async move {
            log.note(format!("before {n}"));
            put(tx, n).await
        })
    });
}

/// Registers a hook that notes the outcome.
fn completion<Db: Backend>(tx: &mut Tx<Db>, log: &Log, word: &'static str) {
    let log = log.clone();
    tx.after_completion(move |outcome| async move { log.note(format!("{word}:{outcome:?}")) });
}

async fn hooks_h1_before_commit_is_a_part_of_the_body<S: Base + 'static>(store: S) {
    #[transactional(tx)]
    async fn body<S: Base + 'static>(tx: impl Begin<S::Db>, seen: &Arc<Mutex<Vec<i64>>>, log: &Log) -> Result<(), StoreError> {
        before(&mut tx, log, 2);
        let seen = Arc::clone(seen);
        tx.before_commit(move |tx| {
            Box::pin(async move {
                let rows = S::Db::seen(tx).await?;
                seen.lock().unwrap().extend(rows);
                Ok::<(), StoreError>(())
            })
        });
        put(&mut tx, 1).await?;
        log.note("body");
        Ok(())
    }
    let (seen, log) = (Arc::default(), Log::new());
    body::<S>(store.pool(), &seen, &log).await.unwrap();
    assert_eq!(*seen.lock().unwrap(), [1, 2]);
    assert_eq!(log.text(), "body before 2");
    assert_eq!(store.rows().await, [1, 2]);
    store.assert_whole().await;
}

async fn hooks_h2_before_commit_registers_more<S: Base>(store: S) {
    #[transactional(tx)]
    async fn body<Db: Backend>(tx: impl Begin<Db>, log: &Log) -> Result<(), StoreError> {
        let own = log.clone();
        tx.before_commit(move |tx| {
            Box::pin(async move {
                put(tx, 1).await?;
                before(tx, &own, 3);
                let note = own.clone();
                tx.after_commit(async move { note.note("after") });
                Ok::<(), StoreError>(())
            })
        });
        before(&mut tx, log, 2);
        Ok(())
    }
    let log = Log::new();
    body(store.pool(), &log).await.unwrap();
    assert_eq!(log.text(), "before 2 before 3 after");
    assert_eq!(store.rows().await, [1, 2, 3]);
    store.assert_whole().await;
}

async fn hooks_h3_before_commit_fails_or_panics<S: Base>(store: S) {
    #[transactional(tx)]
    async fn body<Db: Backend>(tx: impl Begin<Db>, log: &Log, panics: bool) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        let note = log.clone();
        tx.after_commit(async move { note.note("committed") });
        completion(&mut tx, log, "end");
        tx.before_commit(move |tx| {
            Box::pin(async move {
                put(tx, 2).await?;
                assert!(!panics, "on purpose");
                Err::<(), _>(StoreError::Own("the hook's"))
            })
        });
        before(&mut tx, log, 3);
        Ok(())
    }
    let log = Log::new();
    let error = body(store.pool(), &log, false).await.unwrap_err();
    let StoreError::Tx(TxError::BeforeCommit(cause)) = &error else { panic!("{error:?}") };
    assert_eq!(cause.to_string(), "the hook's");
    assert_eq!(log.text(), "end:RolledBack");
    assert_eq!(panic_within(body(store.pool(), &log, true)).await, "on purpose");
    store.assert_whole().await;
    assert_eq!(log.text(), "end:RolledBack end:RolledBack");
    assert!(store.rows().await.is_empty());
}

async fn hooks_h4_before_commit_in_parts_of_a_transaction<S: Base>(store: S) {
    #[transactional(tx)]
    async fn joined<Db: Backend>(tx: impl Begin<Db>, log: &Log) -> Result<(), StoreError> {
        before(&mut tx, log, 2);
        Ok(())
    }
    #[transactional(tx)]
    async fn outer<Db: Backend>(tx: impl Begin<Db>, log: &Log) -> Result<(), StoreError> {
        before(&mut tx, log, 1);
        joined(&mut tx, log).await?;
        log.note("joined");
        for (n, succeeds) in [(3, true), (4, false)] {
            let result = savepoint!(tx, async || -> Result<(), StoreError> {
                before(&mut tx, log, n);
                if succeeds { Ok(()) } else { Err(NO) }
            });
            assert_eq!(result.await.is_ok(), succeeds);
        }
        log.note("body");
        Ok(())
    }
    let log = Log::new();
    outer(store.pool(), &log).await.unwrap();
    assert_eq!(log.text(), "joined body before 1 before 2 before 3");
    assert_eq!(store.rows().await, [1, 2, 3]);
    store.assert_whole().await;
}

async fn hooks_h5_before_commit_only_where_it_is_to_be_committed<S: Base>(store: S) {
    #[transactional(tx, rollback_if = |n: &i64| *n < 0)]
    async fn body<Db: Backend>(tx: impl Begin<Db>, log: &Log, n: i64) -> Result<i64, StoreError> {
        before(&mut tx, log, n);
        if n == 0 { Err(NO) } else { Ok(n) }
    }
    #[transactional(tx, commit_on(StoreError::Own(_)))]
    async fn committing<Db: Backend>(tx: impl Begin<Db>, log: &Log) -> Result<(), StoreError> {
        before(&mut tx, log, 2);
        Err(NO)
    }
    let log = Log::new();
    body(store.pool(), &log, 0).await.unwrap_err();
    body(store.pool(), &log, -1).await.unwrap();
    assert_eq!(log.text(), "");
    body(store.pool(), &log, 1).await.unwrap();
    assert!(matches!(committing(store.pool(), &log).await, Err(StoreError::Own("no"))));
    assert_eq!(log.text(), "before 1 before 2");
    assert_eq!(store.rows().await, [1, 2]);
    store.assert_whole().await;
}

async fn hooks_h6_before_commit_stands_within_the_limit<S: Base>(store: S) {
    #[transactional(tx, timeout = 20ms)]
    async fn body<Db: Backend>(tx: impl Begin<Db>) -> Result<(), StoreError> {
        tx.before_commit(|tx| {
            Box::pin(async move {
                put(tx, 1).await?;
                std::future::pending::<Result<(), StoreError>>().await
            })
        });
        Ok(())
    }
    let error = body(store.pool()).await.unwrap_err();
    assert!(matches!(error, StoreError::Tx(TxError::TimedOut(_))), "{error:?}");
    assert!(store.rows().await.is_empty());
    store.assert_whole().await;
}

async fn hooks_h7_before_commit_is_dropped<S: Base>(store: S) {
    #[transactional(tx)]
    async fn body<Db: Backend>(tx: impl Begin<Db>, log: &Log, started: &Arc<Notify>) -> Result<(), StoreError> {
        completion(&mut tx, log, "end");
        let started = Arc::clone(started);
        tx.before_commit(move |tx| {
            Box::pin(async move {
                put(tx, 1).await?;
                started.notify_one();
                std::future::pending::<Result<(), StoreError>>().await
            })
        });
        Ok(())
    }
    let (log, started) = (Log::new(), Arc::new(Notify::new()));
    tokio::select! {
        _ = body(store.pool(), &log, &started) => unreachable!(),
        () = started.notified() => {}
    }
    store.assert_whole().await;
    assert!(store.rows().await.is_empty());
    while log.text().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(log.text(), "end:RolledBack");
}

async fn hooks_h8_a_joined_call_fails_in_before_commit<S: Base>(store: S) {
    #[transactional(tx)]
    async fn failing<Db: Backend>(tx: impl Begin<Db>) -> Result<(), StoreError> {
        put(&mut tx, 2).await?;
        Err(StoreError::Own("the joined one's"))
    }
    #[transactional(tx)]
    async fn body<Db: Backend>(tx: impl Begin<Db>, in_savepoint: bool) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        tx.before_commit(move |tx| {
            Box::pin(async move {
                if in_savepoint {
                    savepoint!(tx, { failing(&mut tx).await }).await.unwrap_err();
                } else {
                    failing(tx).await.unwrap_err();
                }
                Ok::<(), StoreError>(())
            })
        });
        Ok(())
    }
    let error = body(store.pool(), false).await.unwrap_err();
    assert!(matches!(error, StoreError::Tx(TxError::Doomed { function: "failing", .. })), "{error:?}");
    assert!(store.rows().await.is_empty());
    body(store.pool(), true).await.unwrap();
    assert_eq!(store.rows().await, [1]);
    store.assert_whole().await;
}

async fn hooks_h9_after_completion_is_told_how_it_ended<S: Base>(store: S) {
    #[transactional(tx, rollback_if = |n: &i64| *n < 0)]
    async fn body<Db: Backend>(tx: impl Begin<Db>, log: &Log, n: i64) -> Result<i64, StoreError> {
        completion(&mut tx, log, "end");
        put(&mut tx, n).await?;
        match n {
            0 => Err(NO),
            9 => panic!("on purpose"),
            n => Ok(n),
        }
    }
    let log = Log::new();
    body(store.pool(), &log, 1).await.unwrap();
    body(store.pool(), &log, 0).await.unwrap_err();
    body(store.pool(), &log, -1).await.unwrap();
    assert_eq!(log.text(), "end:Committed end:RolledBack end:RolledBack");
    assert_eq!(panic_within(body(store.pool(), &log, 9)).await, "on purpose");
    store.assert_whole().await;
    while log.text().matches("end").count() < 4 {
        tokio::task::yield_now().await;
    }
    assert!(log.text().ends_with("end:RolledBack"));
    assert_eq!(store.rows().await, [1]);
}

async fn hooks_h10_after_completion_of_savepoints<S: Base>(store: S) {
    #[transactional(tx)]
    async fn joined<Db: Backend>(tx: impl Begin<Db>, log: &Log) -> Result<(), StoreError> {
        completion(&mut tx, log, "joined");
        put(&mut tx, 1).await
    }
    #[transactional(tx)]
    async fn outer<Db: Backend>(tx: impl Begin<Db>, log: &Log) -> Result<(), StoreError> {
        joined(&mut tx, log).await?;
        savepoint!(tx, async || -> Result<(), StoreError> {
            completion(&mut tx, log, "undone");
            Err(NO)
        })
        .await
        .unwrap_err();
        savepoint!(tx, async || -> Result<(), StoreError> {
            completion(&mut tx, log, "good");
            Ok(())
        })
        .await?;
        log.note("body");
        Ok(())
    }
    let log = Log::new();
    outer(store.pool(), &log).await.unwrap();
    assert_eq!(log.text(), "body joined:Committed undone:RolledBack good:Committed");
    store.assert_whole().await;
}

async fn hooks_h11_all_kinds_in_order<S: Base>(store: S) {
    #[transactional(tx)]
    async fn body<Db: Backend>(tx: impl Begin<Db>, log: &Log) -> Result<(), StoreError> {
        let (first, third) = (log.clone(), log.clone());
        tx.after_commit(async move { first.note("first") });
        completion(&mut tx, log, "second");
        tx.after_commit(async move { third.note("third") });
        before(&mut tx, log, 1);
        Ok(())
    }
    let log = Log::new();
    body(store.pool(), &log).await.unwrap();
    assert_eq!(log.text(), "before 1 first second:Committed third");
    store.assert_whole().await;
}

#[tokio::test]
async fn hooks_h12_postgres_a_failed_commit_and_an_unknown_one_are_told() {
    #[transactional(tx)]
    async fn body(tx: impl Begin<Postgres>, told: &Arc<Mutex<Vec<TxOutcome>>>, fails: bool) -> Result<(), StoreError> {
        let told = Arc::clone(told);
        tx.after_completion(move |outcome| async move { told.lock().unwrap().push(outcome) });
        for _ in 0..if fails { 2 } else { 1 } {
            sqlx::query("INSERT INTO late VALUES (1)").execute(&mut tx).await?;
        }
        Ok(())
    }
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    let told = Arc::default();
    body(&store.pool, &told, true).await.unwrap_err();
    assert_eq!(*told.lock().unwrap(), [TxOutcome::RolledBack]);
    let options = sqlx::pool::PoolOptions::new().max_connections(1).acquire_timeout(std::time::Duration::from_secs(1));
    let pool = options.connect_with(store.options_through(&proxy)).await.unwrap();
    let gate = proxy.hold_request("COMMIT");
    let mut call = pin!(body(&pool, &told, false));
    gate.reach(call.as_mut()).await;
    proxy.refuse();
    gate.cut();
    let error = call.await.unwrap_err();
    assert!(matches!(error, StoreError::Tx(TxError::Unknown { .. })), "{error:?}");
    assert_eq!(*told.lock().unwrap(), [TxOutcome::RolledBack, TxOutcome::Unknown]);
}

#[tokio::test]
async fn hooks_h13_postgres_a_swallowed_failure_in_before_commit_is_no_commit() {
    #[transactional(tx)]
    async fn body(tx: impl Begin<Postgres>) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        tx.before_commit(|tx| {
            Box::pin(async move {
                put(tx, 1).await.unwrap_err();
                Ok::<(), StoreError>(())
            })
        });
        Ok(())
    }
    let Some(store) = PgStore::open(1).await else { return };
    let error = body(&store.pool).await.unwrap_err();
    assert!(matches!(error, StoreError::Tx(TxError::Failed(_))), "{error:?}");
    assert!(store.rows().await.is_empty());
    store.assert_whole().await;
}
