//! A SQLite database in a file of its own, and what is looked at from outside of the transactions under test.

use std::path::PathBuf;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{ConnectOptions, Connection, Sqlite, SqliteConnection, SqlitePool};
use tempfile::TempDir;
use weftwork::{Tx, TxError};

/// What the functions under test fail with.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The transaction.
    #[error(transparent)]
    Tx(#[from] TxError),
    /// A statement.
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
    /// The body's own.
    #[error("{0}")]
    Own(&'static str),
}

/// A database with the table `t (n)` and a pool on it.
#[derive(Debug)]
pub struct Store {
    /// What transactions begin on.
    pub pool: SqlitePool,
    connections: u32,
    dir: TempDir,
    journal: SqliteJournalMode,
}

impl Store {
    /// Opens a new one.
    pub async fn open(journal: SqliteJournalMode, connections: u32) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let options = options(dir.path().join("store.db"), journal);
        let pool = SqlitePoolOptions::new().max_connections(connections).connect_with(options).await.unwrap();
        sqlx::query("CREATE TABLE t (n INTEGER NOT NULL UNIQUE)").execute(&pool).await.unwrap();
        Self { pool, connections, dir, journal }
    }

    /// One in WAL mode and one with a rollback journal.
    pub async fn both(connections: u32) -> [Self; 2] {
        [Self::open(SqliteJournalMode::Wal, connections).await, Self::open(SqliteJournalMode::Delete, connections).await]
    }

    /// How to connect to it besides the pool.
    pub fn options(&self) -> SqliteConnectOptions {
        options(self.dir.path().join("store.db"), self.journal)
    }

    /// A connection that has nothing to do with the pool.
    pub async fn outside(&self) -> SqliteConnection {
        self.options().connect().await.unwrap()
    }

    /// The rows that are there for others.
    pub async fn rows(&self) -> Vec<i64> {
        let mut outside = self.outside().await;
        let rows = rows(&mut outside).await;
        outside.close().await.unwrap();
        rows
    }

    /// Checks that every connection of the pool can be had and is outside of a transaction.
    pub async fn assert_whole(&self) {
        let mut all = Vec::new();
        for _ in 0..self.connections {
            let mut connection = self.pool.acquire().await.expect("a connection of the pool is missing");
            // SQLite refuses this inside a transaction.
            sqlx::query("BEGIN").execute(&mut *connection).await.expect("a connection came back inside a transaction");
            sqlx::query("ROLLBACK").execute(&mut *connection).await.unwrap();
            all.push(connection);
        }
        let mut last = all.pop().unwrap();
        sqlx::query("INSERT INTO t VALUES (-1)").execute(&mut *last).await.expect("somebody still holds the write lock");
        assert!(self.rows().await.contains(&-1), "a plain statement was not committed");
        sqlx::query("DELETE FROM t WHERE n = -1").execute(&mut *last).await.unwrap();
    }
}

fn options(file: PathBuf, journal: SqliteJournalMode) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(file).create_if_missing(true).journal_mode(journal)
}

/// The rows as this connection sees them.
pub async fn rows(connection: &mut SqliteConnection) -> Vec<i64> {
    sqlx::query_scalar("SELECT n FROM t ORDER BY n").fetch_all(connection).await.unwrap()
}

/// Inserts a row.
///
/// # Errors
/// If it is there already, or the transaction can not go on.
pub async fn put(tx: &mut Tx<Sqlite>, n: i64) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO t VALUES (?)").bind(n).execute(tx).await?;
    Ok(())
}
