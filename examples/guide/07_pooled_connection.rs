//! A connection of a pool that is set up for one use and goes back as it came: reports run on one that refuses to write.
//!
//! `cargo run --example 07_pooled_connection`, and with `-- --cancel` reports that are given up in the middle.

use std::error::Error;
use std::future::pending;

use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{Sqlite, SqlitePool};
use tokio::sync::oneshot;
use weftwork::{Context, context, drain, millis, secs, timeout, with};

/// A connection that reads only. Whoever gets it from the pool behind this one may write again, however this use has ended.
fn read_only(pool: SqlitePool) -> Context<PoolConnection<Sqlite>, sqlx::Error> {
    let session: Context<_, _> = context!(async move {
        let mut connection = pool.acquire().await?;
        sqlx::query("PRAGMA query_only = ON").execute(&mut *connection).await?;
        let (mut connection, exit) = yield connection;
        println!("  the session ends: {exit:?}");
        match sqlx::query("PRAGMA query_only = OFF").execute(&mut *connection).await {
            Ok(_) => Ok(()),
            // Nobody may get it like this.
            Err(error) => connection.close().await.and(Err(error)),
        }
    });
    // Cut behind the first PRAGMA, the connection would go back with it.
    session.shielded().named("read-only session")
}

async fn count(pool: &SqlitePool) -> Result<i64, sqlx::Error> {
    with!(connection = read_only(pool.clone()), {
        sqlx::query_scalar("SELECT count(*) FROM sale").fetch_one(&mut **connection).await
    })
    .await
}

/// A report that should only read, and does not.
async fn count_and_clear(pool: &SqlitePool) -> Result<i64, sqlx::Error> {
    with!(connection = read_only(pool.clone()), async || -> Result<i64, sqlx::Error> {
        let count = sqlx::query_scalar("SELECT count(*) FROM sale").fetch_one(&mut **connection).await?;
        sqlx::query("DELETE FROM sale").execute(&mut **connection).await?;
        Ok(count)
    })
    .await
}

/// A report that takes for ever. Says when it has begun.
async fn endless(pool: SqlitePool, begun: oneshot::Sender<()>) -> Result<(), sqlx::Error> {
    with!(connection = read_only(pool), async || -> Result<(), sqlx::Error> {
        sqlx::query("SELECT cents FROM sale").fetch_all(&mut **connection).await?;
        begun.send(()).ok();
        pending().await
    })
    .await
}

async fn sell(pool: &SqlitePool, cents: i64) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO sale VALUES (?)").bind(cents).execute(pool).await?;
    println!("sold for {cents} cents, on the same connection");
    Ok(())
}

async fn cancelled(pool: &SqlitePool) -> Result<(), sqlx::Error> {
    // The timeout returns when the session has ended.
    let (begun, _) = oneshot::channel();
    if let Err(elapsed) = timeout(millis(300), endless(pool.clone(), begun)).await {
        println!("the report {elapsed}");
    }
    sell(pool, 20).await?;

    // `abort` does not wait; `drain` does.
    let (begun, has_begun) = oneshot::channel();
    let task = tokio::spawn(endless(pool.clone(), begun));
    has_begun.await.ok();
    task.abort();
    let is_cancelled = task.await.is_err_and(|error| error.is_cancelled());
    let left = drain(secs(10)).await;
    println!("the task is {}, {} sessions are open", if is_cancelled { "cancelled" } else { "at its end" }, left.len());
    sell(pool, 30).await
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let options = SqliteConnectOptions::new().filename(dir.path().join("shop.db")).create_if_missing(true);
    // One connection: what a session leaves behind would meet the next user.
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    sqlx::query("CREATE TABLE sale (cents INTEGER NOT NULL)").execute(&pool).await?;
    sell(&pool, 10).await?;

    if std::env::args().any(|argument| argument == "--cancel") {
        cancelled(&pool).await?;
    } else {
        println!("sales: {}", count(&pool).await?);
        match count_and_clear(&pool).await {
            Ok(count) => println!("sales: {count}"),
            Err(sqlx::Error::Database(error)) => println!("the report fails: {}", error.message()),
            Err(other) => return Err(other.into()),
        }
        sell(&pool, 20).await?;
    }
    pool.close().await;
    Ok(())
}
