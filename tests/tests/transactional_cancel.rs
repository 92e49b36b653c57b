//! `#[transactional]` and `savepoint!` given up in the middle of each control statement (T28, T55, T57, T59 to T66).
//!
//! The statement is held at a gate, its caller dropped, the gate opened: then what is in the file, and whether the connection is
//! clean, is looked at from outside.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;

use futures::FutureExt;
use weftwork::{Begin, TxError, savepoint, transactional};
use weftwork_tests::gated::Side::{After, Before};
use weftwork_tests::gated::{Bench, Gated, put};
use weftwork_tests::store::{Store, StoreError};

/// A database in each journal mode, and a gate before it.
async fn benches() -> Vec<(Store, Bench)> {
    let mut benches = Vec::new();
    for store in Store::both(1).await {
        let bench = Bench::new(store.options()).await;
        benches.push((store, bench));
    }
    benches
}

/// Runs `call` until it stands at the gate, drops it there, and opens the gate.
async fn cut<T>(bench: &Bench, mut call: Pin<Box<dyn Future<Output = T> + '_>>) {
    bench.reach(call.as_mut()).await;
    drop(call);
    bench.open();
}

#[transactional(tx)]
async fn add(tx: impl Begin<Gated>, rows: &[i64]) -> Result<(), StoreError> {
    for n in rows {
        put(&mut tx, *n).await?;
    }
    Ok(())
}

#[transactional(tx)]
async fn add_and_fail(tx: impl Begin<Gated>, n: i64) -> Result<(), StoreError> {
    put(&mut tx, n).await?;
    Err(StoreError::Own("no"))
}

#[tokio::test]
async fn t59_cut_in_begin() {
    for side in [Before, After] {
        for (store, bench) in benches().await {
            bench.hold("BEGIN IMMEDIATE", side);
            cut(&bench, Box::pin(add(&bench, &[1]))).await;
            bench.assert_clean().await;
            assert_eq!(bench.log(), ["BEGIN IMMEDIATE", "ROLLBACK"]);
            assert!(store.rows().await.is_empty());
            add(&bench, &[2]).await.unwrap();
            assert_eq!(store.rows().await, [2]);
        }
    }
}

#[tokio::test]
async fn t60_dropped_in_the_body_or_in_a_statement() {
    for (store, bench) in benches().await {
        for gate in ["settle", "is open"] {
            // The body's second statement waits for its first, which is where it stands.
            bench.hold(gate, Before);
            cut(&bench, Box::pin(add(&bench, &[1, 2]))).await;
            bench.assert_clean().await;
            assert!(store.rows().await.is_empty(), "{gate} {:?}", bench.log());
        }
        add(&bench, &[3]).await.unwrap();
        assert_eq!(store.rows().await, [3]);
        sqlx::query("DELETE FROM t").execute(&store.pool).await.unwrap();
    }
}

#[transactional(tx)]
async fn add_and_stand(tx: impl Begin<Gated>, bench: &Bench) -> Result<(), StoreError> {
    put(&mut tx, 1).await?;
    bench.stand().await
}

#[tokio::test]
async fn t60_a_race_that_gives_a_transaction_up_waits_for_its_rollback() {
    for (store, bench) in benches().await {
        let (lost, won) = tokio::sync::oneshot::channel();
        let mut race = std::pin::pin!(weftwork::race!(add_and_stand(&bench, &bench), async { won.await.unwrap() }));
        bench.reach(race.as_mut()).await;
        bench.hold("ROLLBACK", Before);
        lost.send(Ok(())).unwrap();
        bench.reach(race.as_mut()).await;
        let left = weftwork::clean_ups();
        assert!(left.len() == 1 && left[0].name() == "add_and_stand", "{left:?}");
        assert!(left[0].place().file().ends_with("transactional_cancel.rs"));
        bench.open();
        race.await.unwrap();
        assert!(weftwork::clean_ups().is_empty());
        assert_eq!(bench.log().last().unwrap(), "ROLLBACK");
        bench.assert_clean().await;
        assert!(store.rows().await.is_empty());
    }
}

/// What is done around a savepoint that is cut in `cut`, one way or another.
#[transactional(tx)]
async fn around(tx: impl Begin<Gated>, bench: &Bench, statement: &'static str, succeeds: bool) -> Result<(), StoreError> {
    put(&mut tx, 1).await?;
    for side in [Before, After] {
        bench.hold(statement, side);
        let inner = savepoint!(tx, async || -> Result<(), StoreError> {
            put(&mut tx, if side == Before { 10 } else { 11 }).await?;
            if succeeds { Ok(()) } else { Err(StoreError::Own("no")) }
        });
        cut(bench, Box::pin(inner)).await;
        put(&mut tx, if side == Before { 2 } else { 3 }).await?;
    }
    Ok(())
}

#[tokio::test]
async fn t61_cut_in_savepoint() {
    for (store, bench) in benches().await {
        around(&bench, &bench, "SAVEPOINT weftwork_1", true).await.unwrap();
        assert_eq!(store.rows().await, [1, 2, 3]);
        bench.assert_clean().await;
    }
}

#[tokio::test]
async fn t62_dropped_in_a_savepoints_block() {
    #[transactional(tx)]
    async fn dropped(tx: impl Begin<Gated>, bench: &Bench) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        let inner = savepoint!(tx, async || -> Result<(), StoreError> {
            put(&mut tx, 10).await?;
            savepoint!(tx, async || -> Result<(), StoreError> {
                put(&mut tx, 11).await?;
                bench.stand().await
            })
            .await
        });
        cut(bench, Box::pin(inner)).await;
        put(&mut tx, 2).await
    }
    for (store, bench) in benches().await {
        dropped(&bench, &bench).await.unwrap();
        assert_eq!(store.rows().await, [1, 2]);
        let log = bench.log();
        let undone = ["ROLLBACK TO weftwork_2", "RELEASE weftwork_2", "ROLLBACK TO weftwork_1", "RELEASE weftwork_1"];
        assert!(log.windows(4).any(|four| four == undone), "{log:?}");
    }
}

#[tokio::test]
async fn t63_cut_in_release() {
    for (store, bench) in benches().await {
        around(&bench, &bench, "RELEASE weftwork_1", true).await.unwrap();
        assert_eq!(store.rows().await, [1, 2, 3, 10, 11]);
        bench.assert_clean().await;
    }
}

#[tokio::test]
async fn t64_cut_in_rollback_to_and_in_the_release_behind_it() {
    for statement in ["ROLLBACK TO weftwork_1", "RELEASE weftwork_1"] {
        for (store, bench) in benches().await {
            around(&bench, &bench, statement, false).await.unwrap();
            assert_eq!(store.rows().await, [1, 2, 3]);
            bench.assert_clean().await;
        }
    }
}

#[tokio::test]
async fn t64_cut_in_rollback() {
    for side in [Before, After] {
        for (store, bench) in benches().await {
            bench.hold("ROLLBACK", side);
            cut(&bench, Box::pin(add_and_fail(&bench, 1))).await;
            bench.assert_clean().await;
            assert!(store.rows().await.is_empty());
        }
    }
}

#[tokio::test]
async fn t65_cut_in_commit() {
    for side in [Before, After] {
        for (store, bench) in benches().await {
            bench.hold("COMMIT", side);
            cut(&bench, Box::pin(add(&bench, &[1, 2]))).await;
            bench.assert_clean().await;
            assert_eq!(store.rows().await, [1, 2]);
        }
    }
}

#[tokio::test]
async fn t65_cut_in_a_commit_that_fails() {
    for (store, bench) in benches().await {
        bench.hold("COMMIT", Before);
        bench.fail("COMMIT");
        cut(&bench, Box::pin(add(&bench, &[1]))).await;
        bench.assert_clean().await;
        assert!(store.rows().await.is_empty());
    }
}

#[tokio::test]
async fn t66_a_probe_for_an_ended_transaction_is_not_cut() {
    // A statement ends the transaction. Whoever asks is dropped just when the question has begun another one: it must not be
    // taken for ours by the statement after it.
    #[transactional(tx)]
    async fn ended(tx: impl Begin<Gated>, bench: &Bench) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        let connection = tx.connection().await?.as_mut();
        let refused = sqlx::query("INSERT OR ROLLBACK INTO t VALUES (1)").execute(connection).await;
        assert!(refused.is_err());
        bench.hold("is open", After);
        cut(bench, Box::pin(put(&mut tx, 2))).await;
        assert!(matches!(put(&mut tx, 3).await, Err(StoreError::Tx(TxError::Lost(_)))));
        Ok(())
    }
    for (store, bench) in benches().await {
        let error = ended(&bench, &bench).await.unwrap_err();
        assert!(matches!(error, StoreError::Tx(TxError::Commit(_))), "{error:?}");
        assert!(store.rows().await.is_empty());
        bench.assert_clean().await;
    }
}

#[tokio::test]
async fn t28_a_release_that_fails_loses_the_whole() {
    #[transactional(tx)]
    async fn lost(tx: impl Begin<Gated>, bench: &Bench) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        bench.fail("RELEASE weftwork_1");
        let inner = savepoint!(tx, { put(&mut tx, 2).await }).await;
        assert!(matches!(inner, Err(StoreError::Tx(TxError::Savepoint(_)))), "{inner:?}");
        assert!(matches!(put(&mut tx, 3).await, Err(StoreError::Tx(TxError::Lost(_)))));
        Ok(())
    }
    for (store, bench) in benches().await {
        let error = lost(&bench, &bench).await.unwrap_err();
        assert!(matches!(error, StoreError::Tx(TxError::Commit(_))), "{error:?}");
        assert!(bench.is_discarded().await);
        assert!(store.rows().await.is_empty());
    }
}

#[tokio::test]
async fn t28_an_undo_that_fails_loses_the_whole_and_a_savepoint_that_is_not_set_does_not() {
    #[transactional(tx)]
    async fn undo(tx: impl Begin<Gated>, bench: &Bench, failing: &'static str) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        bench.fail(failing);
        let inner = savepoint!(tx, async || -> Result<(), StoreError> {
            put(&mut tx, 2).await?;
            Err(StoreError::Own("inner"))
        })
        .await;
        let is_set = !failing.starts_with("SAVEPOINT");
        // The block's error goes first; what was wrong with the undo is reported, and met by the next statement.
        assert_eq!(matches!(inner, Err(StoreError::Own("inner"))), is_set, "{inner:?}");
        put(&mut tx, 3).await
    }
    for (store, bench) in benches().await {
        undo(&bench, &bench, "SAVEPOINT weftwork_1").await.unwrap();
        assert_eq!(store.rows().await, [1, 3]);
        bench.assert_clean().await;
        sqlx::query("DELETE FROM t").execute(&store.pool).await.unwrap();

        let error = undo(&bench, &bench, "ROLLBACK TO weftwork_1").await.unwrap_err();
        assert!(matches!(error, StoreError::Tx(TxError::Lost(_))), "{error:?}");
        assert!(bench.is_discarded().await);
        assert!(store.rows().await.is_empty());
    }
}

#[tokio::test]
async fn t55_begin_fails() {
    for (store, bench) in benches().await {
        bench.fail("BEGIN IMMEDIATE");
        let error = add(&bench, &[1]).await.unwrap_err();
        assert_eq!(error.to_string(), "could not begin a transaction");
        bench.assert_clean().await;
        assert_eq!(bench.log(), ["BEGIN IMMEDIATE"]);
        add(&bench, &[2]).await.unwrap();
        assert_eq!(store.rows().await, [2]);
    }
}

#[tokio::test]
async fn t57_rollback_fails_behind_a_failed_body() {
    for (store, bench) in benches().await {
        bench.fail("ROLLBACK");
        let error = add_and_fail(&bench, 1).await.unwrap_err();
        assert!(matches!(error, StoreError::Own("no")), "{error:?}");
        assert!(bench.is_discarded().await);
        assert!(store.rows().await.is_empty());
    }
}

#[tokio::test]
async fn t57_commit_and_rollback_fail() {
    for (store, bench) in benches().await {
        bench.fail("COMMIT");
        let error = add(&bench, &[1]).await.unwrap_err();
        assert!(matches!(error, StoreError::Tx(TxError::Commit(_))), "{error:?}");
        bench.assert_clean().await;
        assert_eq!(bench.log(), ["BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"]);
        assert!(store.rows().await.is_empty());
    }
}

#[tokio::test]
async fn t84_a_database_of_ones_own_sees_the_control_statements() {
    #[transactional(tx)]
    async fn all(tx: impl Begin<Gated>, fails: bool) -> Result<(), StoreError> {
        add(&mut tx, &[1]).await?;
        savepoint!(tx, { add(&mut tx, &[2]).await }).await?;
        let undone = savepoint!(tx, { add_and_fail(&mut tx, 3).await }).await;
        assert!(matches!(undone, Err(StoreError::Own("no"))));
        if fails { Err(StoreError::Own("all")) } else { Ok(()) }
    }
    let store = Store::open(sqlx::sqlite::SqliteJournalMode::Wal, 1).await;
    let bench = Bench::new(store.options()).await;
    let within = [
        "BEGIN IMMEDIATE",
        "SAVEPOINT weftwork_1",
        "RELEASE weftwork_1",
        "SAVEPOINT weftwork_1",
        "ROLLBACK TO weftwork_1",
        "RELEASE weftwork_1",
    ];
    all(&bench, true).await.unwrap_err();
    assert_eq!(bench.log(), [&within[..], &["ROLLBACK"]].concat());
    all(&bench, false).await.unwrap();
    assert_eq!(bench.log(), [&within[..], &["COMMIT"]].concat());
    assert_eq!(store.rows().await, [1, 2]);
}

#[test]
fn t69_the_runtime_ends_in_a_control_statement_and_before_the_drop() {
    for (statement, side) in
        [("BEGIN IMMEDIATE", Before), ("BEGIN IMMEDIATE", After), ("COMMIT", Before), ("ROLLBACK", Before), ("never", Before)]
    {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let (store, bench) = runtime.block_on(async { benches().await.pop().unwrap() });
        bench.hold(statement, side);
        let mut call: Pin<Box<dyn Future<Output = _>>> = match statement {
            "ROLLBACK" => Box::pin(add_and_fail(&bench, 1)),
            "never" => Box::pin(add_and_wait(&bench, &bench)),
            _ => Box::pin(add(&bench, &[1])),
        };
        runtime.block_on(bench.reach(call.as_mut()));
        // On a thread without a runtime, when the one that ran it is gone: neither a panic nor a wait.
        drop(runtime);
        drop(call);
        let other = tokio::runtime::Runtime::new().unwrap();
        other.block_on(async {
            assert!(bench.is_discarded().await);
            assert!(store.rows().await.is_empty());
            let mut outside = store.outside().await;
            sqlx::query("INSERT INTO t VALUES (5)").execute(&mut outside).await.expect("the write lock is free");
        });
        drop(store);
    }
}

#[transactional(tx)]
async fn add_and_wait(tx: impl Begin<Gated>, bench: &Bench) -> Result<(), StoreError> {
    put(&mut tx, 1).await?;
    bench.stand().await
}

#[tokio::test]
async fn t69_dropped_on_a_thread_without_a_runtime() {
    for (store, bench) in benches().await {
        let bench: &'static Bench = Box::leak(Box::new(bench));
        let mut call = Box::pin(add_and_wait(bench, bench));
        bench.reach(call.as_mut()).await;
        std::thread::spawn(move || drop(call)).join().expect("no panic");
        bench.assert_clean().await;
        assert!(store.rows().await.is_empty());
    }
}

#[tokio::test]
async fn t26_a_panic_in_a_savepoint_that_is_caught_outside_of_it() {
    #[transactional(tx)]
    async fn caught(tx: impl Begin<Gated>) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        let inner = savepoint!(tx, async || -> Result<(), StoreError> {
            put(&mut tx, 2).await?;
            panic!("on purpose")
        });
        assert!(AssertUnwindSafe(inner).catch_unwind().await.is_err());
        put(&mut tx, 3).await
    }
    for (store, bench) in benches().await {
        caught(&bench).await.unwrap();
        assert_eq!(store.rows().await, [1, 3]);
        bench.assert_clean().await;
    }
}

#[tokio::test]
async fn t61_the_session_ends_while_a_cut_savepoint_is_away() {
    for (store, bench) in benches().await {
        cut(&bench, Box::pin(around_and_wait(&bench, &bench))).await;
        bench.assert_clean().await;
        assert!(store.rows().await.is_empty());
    }
}

/// Cuts a savepoint, and stands at its gate in the next statement.
#[transactional(tx)]
async fn around_and_wait(tx: impl Begin<Gated>, bench: &Bench) -> Result<(), StoreError> {
    put(&mut tx, 1).await?;
    bench.hold("SAVEPOINT weftwork_1", After);
    savepoint!(tx, { put(&mut tx, 2).await }).await
}
