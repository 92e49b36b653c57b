//! `#[transactional]` and `savepoint!` on SQLite.

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{Sqlite, SqlitePool};
use weftwork::{Begin, Tx, TxError, savepoint, transactional};

#[derive(Debug, thiserror::Error)]
enum BankError {
    #[error(transparent)]
    Tx(#[from] TxError),
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
    #[error("no money")]
    NoMoney,
}

async fn pool(dir: &tempfile::TempDir) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(dir.path().join("t.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal);
    let pool = SqlitePoolOptions::new().max_connections(2).connect_with(options).await.unwrap();
    sqlx::query("CREATE TABLE t (n INTEGER)").execute(&pool).await.unwrap();
    pool
}
async fn rows(pool: &SqlitePool) -> Vec<i64> {
    sqlx::query_scalar("SELECT n FROM t ORDER BY n").fetch_all(pool).await.unwrap()
}

async fn put(tx: &mut Tx<Sqlite>, n: i64) -> Result<(), BankError> {
    sqlx::query("INSERT INTO t VALUES (?)").bind(n).execute(tx).await?;
    Ok(())
}

#[transactional(tx)]
async fn both(tx: impl Begin<Sqlite>, a: i64, b: i64) -> Result<i64, BankError> {
    put(&mut tx, a).await?;
    if b < 0 {
        return Err(BankError::NoMoney);
    }
    put(&mut tx, b).await?;
    Ok(a + b)
}

#[transactional(tx)]
async fn outer(tx: impl Begin<Sqlite>, b: i64) -> Result<(), BankError> {
    put(&mut tx, 100).await?;
    let _ = both(&mut tx, 1, b).await;
    Ok(())
}

#[transactional(tx)]
async fn with_savepoint(tx: impl Begin<Sqlite>, fail: bool) -> Result<(), BankError> {
    put(&mut tx, 1).await?;
    let r = savepoint!(tx, async || -> Result<(), BankError> {
        put(&mut tx, 2).await?;
        if fail {
            return Err(BankError::NoMoney);
        }
        Ok(())
    })
    .await;
    assert_eq!(r.is_err(), fail);
    let _ = savepoint!(tx, { both(&mut tx, 5, -1).await }).await;
    put(&mut tx, 3).await
}

struct Store {
    pool: SqlitePool,
}
impl Store {
    #[transactional(tx = self.pool)]
    async fn add(&self, n: i64) -> Result<(), BankError> {
        put(&mut tx, n).await
    }
}

#[tokio::test]
async fn t1_t2_commit_and_rollback() {
    let dir = tempfile::tempdir().unwrap();
    let pool = pool(&dir).await;
    assert_eq!(both(&pool, 1, 2).await.unwrap(), 3);
    assert_eq!(rows(&pool).await, [1, 2]);
    assert!(matches!(both(&pool, 7, -1).await, Err(BankError::NoMoney)));
    assert_eq!(rows(&pool).await, [1, 2]);
    Store { pool: pool.clone() }.add(9).await.unwrap();
    assert_eq!(rows(&pool).await, [1, 2, 9]);
    let e = outer(&pool, -1).await.unwrap_err();
    assert_eq!(e.to_string(), "`both` failed inside the transaction, which is rolled back although its caller went on");
    outer(&pool, 50).await.unwrap();
    assert_eq!(rows(&pool).await, [1, 1, 2, 9, 50, 100]);
}

#[tokio::test]
async fn t21_savepoints() {
    let dir = tempfile::tempdir().unwrap();
    let pool = pool(&dir).await;
    with_savepoint(&pool, true).await.unwrap();
    assert_eq!(rows(&pool).await, [1, 3]);
    with_savepoint(&pool, false).await.unwrap();
    assert_eq!(rows(&pool).await, [1, 1, 2, 3, 3]);
}
