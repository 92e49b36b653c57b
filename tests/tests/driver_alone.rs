//! What sqlx 0.9.0 does without weftwork where a caller is dropped or an error swallowed: the reasons for much of what
//! `#[transactional]` does.
//!
//! Each test has the number of the case that weftwork keeps and sqlx alone does not. They hold what is so today; one that fails says
//! that sqlx has mended it, and then weftwork may have something to give up.
#![cfg(unix)]

use std::pin::Pin;

use sqlx::sqlite::SqliteJournalMode;
use sqlx::{ConnectOptions, Connection, Executor};
use weftwork_tests::polls::polls;
use weftwork_tests::postgres::{POOL, PgStore, Session, rows};
use weftwork_tests::proxy::{Gate, Proxy};
use weftwork_tests::store::Store;

/// Runs `call` until its statement stands at the gate, drops it there, and opens the gate.
async fn cut<T>(gate: &Gate, mut call: Pin<Box<dyn Future<Output = T> + '_>>) {
    gate.reach(call.as_mut()).await;
    drop(call);
    gate.release();
}

/// sqlx#4385, #4393; mended after 0.9.0 by #4394. The depth is counted when the reply is read, so that the guard of a `begin` that is
/// dropped before has nothing to roll back, and the ping by which a connection goes back to the pool does not look at its state.
#[tokio::test]
async fn t59_sqlx_alone_a_cut_begin_loses_the_next_borrowers_writes() {
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    for hold in [Proxy::hold_request, Proxy::hold_reply] {
        let gate = hold(&proxy, "BEGIN");
        cut(&gate, Box::pin(store.pool.begin())).await;
        let mut borrowed = store.pool.acquire().await.unwrap();
        // It says that all went well.
        sqlx::query("INSERT INTO t VALUES (1)").execute(&mut *borrowed).await.unwrap();
        assert_eq!(rows(&mut borrowed).await, [1]);
        assert!(store.rows().await.is_empty(), "sqlx has mended this: a cut BEGIN is rolled back");
        let sessions = store.sessions(POOL).await;
        assert!(sessions[0].is_in_transaction(), "sqlx has mended this: a cut BEGIN is rolled back, {sessions:?}");
        borrowed.close().await.unwrap();
        store.until("the borrower's session has ended", <[_]>::is_empty).await;
        assert!(store.rows().await.is_empty());
    }
}

/// No issue is known. The guard sees the outer transaction's depth, and rolls that one back instead of the savepoint.
#[tokio::test]
async fn t61_sqlx_alone_a_cut_nested_begin_ends_the_outer_transaction() {
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    for hold in [Proxy::hold_request, Proxy::hold_reply] {
        let gate = hold(&proxy, "SAVEPOINT");
        let mut tx = store.pool.begin().await.unwrap();
        sqlx::query("INSERT INTO t VALUES (1)").execute(&mut *tx).await.unwrap();
        cut(&gate, Box::pin(tx.begin())).await;
        sqlx::query("INSERT INTO t VALUES (2)").execute(&mut *tx).await.unwrap();
        let message = "sqlx has mended this: a cut SAVEPOINT leaves the outer transaction alone";
        assert_eq!(store.rows().await, [2], "{message}");
        tx.commit().await.unwrap();
        // 1 and 2 were to be committed together.
        assert_eq!(store.rows().await, [2], "{message}");
        store.outside().await.execute("DELETE FROM t").await.unwrap();
    }
}

/// No issue is known. The savepoint is released on the server and open for the driver: its undo fails, which aborts the transaction.
#[tokio::test]
async fn t63_sqlx_alone_a_cut_savepoints_commit_loses_the_outer_transaction() {
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    for hold in [Proxy::hold_request, Proxy::hold_reply] {
        let gate = hold(&proxy, "RELEASE");
        let mut tx = store.pool.begin().await.unwrap();
        sqlx::query("INSERT INTO t VALUES (1)").execute(&mut *tx).await.unwrap();
        let mut savepoint = tx.begin().await.unwrap();
        sqlx::query("INSERT INTO t VALUES (2)").execute(&mut *savepoint).await.unwrap();
        cut(&gate, Box::pin(savepoint.commit())).await;
        let message = "sqlx has mended this: a cut RELEASE leaves the transaction usable";
        let next = sqlx::query("INSERT INTO t VALUES (3)").execute(&mut *tx).await;
        let code = next.expect_err(message).into_database_error().and_then(|error| Some(error.code()?.into_owned()));
        // The savepoint does not exist.
        assert_eq!(code.as_deref(), Some("3B001"), "{message}");
        tx.commit().await.expect("sqlx has mended this: COMMIT of an aborted transaction is an error");
        assert!(store.rows().await.is_empty(), "{message}");
    }
}

/// rust-postgres#1342 is about the same in `tokio-postgres`. The server answers ROLLBACK, which is no error of its own.
#[tokio::test]
async fn t33_sqlx_alone_commit_of_an_aborted_transaction_is_ok() {
    let Some(store) = PgStore::open(1).await else { return };
    let mut tx = store.pool.begin().await.unwrap();
    sqlx::query("INSERT INTO t VALUES (1)").execute(&mut *tx).await.unwrap();
    sqlx::query("INSERT INTO t VALUES (1)").execute(&mut *tx).await.unwrap_err();
    tx.commit().await.expect("sqlx has mended this: COMMIT of an aborted transaction is an error");
    assert!(store.rows().await.is_empty());
}

/// sqlx#481. A library that asks for its isolation can not be called from within a transaction.
#[tokio::test]
async fn t37_sqlx_alone_begin_with_options_is_refused_in_a_transaction() {
    let Some(store) = PgStore::open(1).await else { return };
    let begin = "BEGIN ISOLATION LEVEL SERIALIZABLE";
    let mut tx = store.pool.begin_with(begin).await.unwrap();
    let nested = tx.begin_with(begin).await.map(drop);
    let error = nested.expect_err("sqlx has mended this: `begin_with` joins or nests");
    assert!(matches!(error, sqlx::Error::InvalidSavePointStatement), "{error:?}");
}

/// sqlx#2980. Its locks are held until somebody happens to use the connection.
#[tokio::test]
async fn t60_sqlx_alone_a_dropped_transactions_rollback_is_only_queued() {
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    let mut own = store.options_through(&proxy).application_name("own").connect().await.unwrap();
    let mut tx = own.begin().await.unwrap();
    sqlx::query("INSERT INTO t VALUES (1)").execute(&mut *tx).await.unwrap();
    drop(tx);
    let message = "sqlx has mended this: a dropped transaction is rolled back by itself";
    let sessions = store.sessions("own").await;
    assert!(sessions[0].is_in_transaction(), "{message}: {sessions:?}");
    let mut outside = store.outside().await;
    outside.execute("SET lock_timeout = 1").await.unwrap();
    // Another one who puts this row has to wait, and would do so for ever.
    let waited = outside.execute("INSERT INTO t VALUES (1)").await;
    let code = waited.expect_err(message).into_database_error().and_then(|error| Some(error.code()?.into_owned()));
    assert_eq!(code.as_deref(), Some("55P03"));
    assert_eq!(proxy.log().last().unwrap(), "INSERT INTO t VALUES (1)", "{message}");
    own.ping().await.unwrap();
    assert_eq!(proxy.log(), ["ROLLBACK"]);
    outside.execute("INSERT INTO t VALUES (1)").await.unwrap();
}

/// No issue of its own; tokio#3963 met it. What brings a connection back to the pool is a task, and there is nobody to spawn it on.
#[test]
fn t69_sqlx_alone_a_connection_dropped_without_a_runtime_panics() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let Some(store) = runtime.block_on(PgStore::open(1)) else { return };
    let connection = runtime.block_on(store.pool.acquire()).unwrap();
    // Joined by hand: what the panic says belongs to the driver.
    let dropped = std::thread::spawn(move || drop(connection)).join();
    let panic = dropped.expect_err("sqlx has mended this: a connection can be dropped without a runtime");
    assert_eq!(panic.downcast_ref(), Some(&"this functionality requires a Tokio context"));
}

/// The statement goes on, and its effect comes about long after its caller has gone. sqlx has the key for a cancellation, and does not
/// show it.
#[tokio::test]
async fn t67_sqlx_alone_a_dropped_statement_goes_on() {
    let Some(store) = PgStore::open(1).await else { return };
    store.pool.execute("INSERT INTO accounts VALUES (1, 100)").await.unwrap();
    let mut outside = store.outside().await;
    let mut lock = outside.begin().await.unwrap();
    lock.execute("SELECT FROM accounts WHERE id = 1 FOR UPDATE").await.unwrap();

    let mut call = Box::pin(store.pool.execute("UPDATE accounts SET cents = 0 WHERE id = 1"));
    tokio::select! {
        done = &mut call => panic!("it did not wait: {done:?}"),
        _ = store.until("it waits for the row", |all| all.iter().any(Session::waits_for_lock)) => {}
    }
    drop(call);
    lock.rollback().await.unwrap();
    // The pool gets its connection back when the statement has ended.
    let cents: i64 = sqlx::query_scalar("SELECT cents FROM accounts").fetch_one(&store.pool).await.unwrap();
    assert_eq!(cents, 0, "sqlx has mended this: a dropped statement is cancelled");
}

/// sqlx#2054, mended by #2057: the worker waits until its answer was taken, and undoes what nobody has taken.
#[tokio::test]
async fn t59_sqlx_alone_a_cut_begin_on_sqlite_is_safe() {
    let store = Store::open(SqliteJournalMode::Wal, 1).await;
    for count in 0.. {
        let begun = polls(count, store.pool.begin()).await;
        let is_begun = begun.is_some();
        drop(begun);
        store.assert_whole().await;
        if is_begun {
            break;
        }
    }
}
