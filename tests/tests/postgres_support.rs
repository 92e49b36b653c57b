//! The PostgreSQL that the tests start, and the proxy before it.
#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use futures::TryStreamExt;
use sqlx::error::DatabaseError;
use sqlx::{ConnectOptions, Connection, Executor, PgConnection, PgPool};
use weftwork_tests::postgres::{POOL, PgStore, Server};
use weftwork_tests::proxy::At;

#[tokio::test]
async fn a_store_has_its_tables_a_pool_and_an_outside() {
    let Some(store) = PgStore::open(3).await else { return };
    assert!(store.rows().await.is_empty());
    let mut tx = store.pool.begin().await.unwrap();
    sqlx::query("INSERT INTO t VALUES ($1)").bind(1_i64).execute(&mut *tx).await.unwrap();
    assert!(store.rows().await.is_empty());
    let sessions = store.sessions(POOL).await;
    let [session] = &sessions[..] else { panic!("{sessions:?}") };
    assert!(session.is_in_transaction() && session.xid.is_some(), "{session:?}");
    tx.commit().await.unwrap();
    assert_eq!(store.rows().await, [1]);
    store.no_session_in_transaction().await;
    store.assert_whole().await;
    assert_eq!(store.sessions(POOL).await.len(), 3);
    // Unique at COMMIT, and not before.
    let text = "BEGIN; INSERT INTO late VALUES (1), (1); UPDATE late SET n = 2 WHERE ctid = '(0,1)'; COMMIT";
    store.pool.execute(text).await.unwrap();
    store.pool.execute("INSERT INTO accounts VALUES (1, 100)").await.unwrap();
}

#[tokio::test]
#[should_panic(expected = "a connection came back inside a transaction")]
async fn a_connection_inside_a_transaction_is_noticed() {
    let Some(store) = PgStore::open(1).await else { panic!("a connection came back inside a transaction") };
    store.pool.execute("BEGIN").await.unwrap();
    store.assert_whole().await;
}

#[tokio::test]
async fn each_store_is_a_database_of_its_own() {
    let (Some(one), Some(other)) = (PgStore::open(1).await, PgStore::open(1).await) else { return };
    put(&one.pool, 1).await.unwrap();
    assert!(other.rows().await.is_empty());
}

/// Stands, when the test below asks for it, until it is killed.
#[test]
fn a_child_that_stands() {
    if std::env::var_os("WEFTWORK_STANDS").is_some() {
        let server = Server::get().expect("the parent has one");
        println!("\nfolder {}", server.socket().parent().unwrap().display());
        loop {
            std::thread::park();
        }
    }
}

#[tokio::test]
async fn the_server_and_its_folder_end_with_a_process_that_is_killed() {
    if Server::get().is_none() {
        return;
    }
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_child_that_stands", "--nocapture"])
        .env("WEFTWORK_STANDS", "")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let folder = lines.find_map(|line| line.unwrap().strip_prefix("folder ").map(str::to_owned)).unwrap();
    let pid = std::fs::read_to_string(format!("{folder}/data/postmaster.pid")).unwrap().lines().next().unwrap().to_owned();
    child.kill().unwrap();
    child.wait().unwrap();
    let is_alive = || Command::new("kill").args(["-0", &pid]).stderr(Stdio::null()).status().unwrap().success();
    let start = std::time::Instant::now();
    while Path::new(&folder).exists() || is_alive() {
        assert!(start.elapsed() < Duration::from_secs(60), "{folder} is still there");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn put(pool: &PgPool, n: i64) -> Result<(), sqlx::Error> {
    let mut tx = pool.begin().await?;
    sqlx::query("INSERT INTO t VALUES ($1)").bind(n).execute(&mut *tx).await?;
    tx.commit().await
}

#[tokio::test]
async fn a_reply_is_held_when_the_server_has_given_it() {
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    for n in 0..3 {
        let gate = proxy.hold_reply("COMMIT");
        let mut call = Box::pin(put(&store.pool, n));
        gate.reach(call.as_mut()).await;
        assert!(store.rows().await.contains(&n));
        gate.release();
        call.await.unwrap();
    }
    // Nothing of it goes through before: a row would be enough for this one.
    let gate = proxy.hold_reply("generate_series");
    let mut rows = store.pool.fetch("SELECT generate_series(1, 2)");
    let mut call = Box::pin(rows.try_next());
    gate.reach(call.as_mut()).await;
    gate.release();
    call.await.unwrap();
    drop(rows);
    store.assert_whole().await;
}

#[tokio::test]
async fn a_request_is_held_before_the_server_gets_it() {
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    // The second one is prepared already: its text is known by the statement's name.
    for n in 0..2 {
        let gate = proxy.hold_request("INSERT");
        let mut call = Box::pin(put(&store.pool, n));
        gate.reach(call.as_mut()).await;
        assert!(store.sessions(POOL).await[0].xid.is_none());
        gate.release();
        call.await.unwrap();
    }
    assert_eq!(store.rows().await, [0, 1]);
    let gate = proxy.hold_request(At::prepares("SELECT 7"));
    let mut call = Box::pin(sqlx::query("SELECT 7").execute(&store.pool));
    gate.reach(call.as_mut()).await;
    gate.release();
    call.await.unwrap();
}

#[tokio::test]
async fn a_cut_leaves_the_server_with_the_request_or_without() {
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    let cut = proxy.cut_request("COMMIT");
    let error = put(&store.pool, 1).await.unwrap_err();
    assert!(matches!(error, sqlx::Error::Io(_)) && cut.is_reached(), "{error:?}");
    store.until("the server has noticed", <[_]>::is_empty).await;
    assert!(store.rows().await.is_empty());

    let cut = proxy.cut_reply("COMMIT");
    let error = put(&store.pool, 2).await.unwrap_err();
    assert!(matches!(error, sqlx::Error::Io(_)) && cut.is_reached(), "{error:?}");
    assert_eq!(store.rows().await, [2]);

    // What is held can be cut as well, and both at once.
    let gate = proxy.hold_reply("COMMIT");
    let mut call = Box::pin(put(&store.pool, 3));
    gate.reach(call.as_mut()).await;
    gate.cut();
    assert!(matches!(call.await, Err(sqlx::Error::Io(_))));
    assert_eq!(store.rows().await, [2, 3]);
    store.assert_whole().await;
}

#[tokio::test]
async fn all_are_cut_and_new_ones_refused() {
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    let mut own = store.options_through(&proxy).connect().await.unwrap();
    proxy.refuse();
    own.ping().await.unwrap();
    store.options_through(&proxy).connect().await.unwrap_err();
    proxy.cut_all();
    own.ping().await.unwrap_err();
    store.until("both have ended", <[_]>::is_empty).await;
    put(&store.pool, 1).await.unwrap_err();
    proxy.admit();
    put(&store.pool, 2).await.unwrap();
    assert_eq!(store.rows().await, [2]);
}

#[tokio::test]
async fn the_last_words_of_a_session_pass() {
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    for _ in 0..20 {
        let mut own = store.options_through(&proxy).application_name("own").connect().await.unwrap();
        let mut outside = store.outside().await;
        outside.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'own'").await.unwrap();
        store.until("it has ended", |all| all.iter().all(|session| session.application_name != "own")).await;
        let error = own.execute("SELECT 1").await.unwrap_err();
        let code = error.as_database_error().and_then(DatabaseError::code);
        assert_eq!(code.as_deref(), Some("57P01"), "{error:?}");
    }
}

#[tokio::test]
async fn round_trips_and_statements_are_counted() {
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    // Lending it may have asked for a ping, which is over then.
    let mut connection = store.pool.acquire().await.unwrap();
    let _ = (proxy.round_trips(), proxy.log(), proxy.pings());
    for (round_trips, n) in [(4, 1_i64), (3, 2)] {
        let mut tx = connection.begin().await.unwrap();
        // The first time it is prepared, which is a round trip of its own.
        sqlx::query("INSERT INTO t VALUES ($1)").bind(n).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(proxy.round_trips(), round_trips);
        assert_eq!(proxy.log(), ["BEGIN", "INSERT INTO t VALUES ($1)", "COMMIT"]);
        assert_eq!(proxy.pings(), 0);
        connection.ping().await.unwrap();
        assert_eq!((proxy.round_trips(), proxy.pings()), (0, 1));
    }
}

async fn alone(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let mut tx = connection.begin().await?;
    sqlx::query("INSERT INTO t VALUES ($1)").bind(1_i64).execute(&mut *tx).await?;
    tx.commit().await
}

#[tokio::test]
async fn a_cut_at_each_message_leaves_all_or_nothing() {
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    let mut count = 0;
    loop {
        let mut connection = store.options_through(&proxy).connect().await.unwrap();
        let cut = proxy.cut_reply(At::any().after(count));
        let result = alone(&mut connection).await;
        assert_eq!(result.is_err(), cut.is_reached());
        drop(connection);
        store.until("the server has noticed", |all| all.iter().all(|session| session.application_name == POOL)).await;
        if !cut.is_reached() {
            result.unwrap();
            break;
        }
        let is_commit = proxy.log().last().unwrap() == "COMMIT";
        assert_eq!(store.rows().await, if is_commit { vec![1] } else { vec![] });
        store.outside().await.execute("DELETE FROM t").await.unwrap();
        count += 1;
        assert!(count < 100, "it is cut at the same message again and again");
    }
    // BEGIN; parse, describe, sync; bind, execute, close, sync; COMMIT.
    assert!(count >= 8, "{count}");
}
