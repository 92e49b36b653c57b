//! The same case on every database: on SQLite in both of its journal modes, and on PostgreSQL.
//!
//! ```text
//! on_every_backend! { 2: t1_ok_commits, t2_err_does_not }
//!
//! async fn t1_ok_commits<S: Base>(store: S) { .. }
//! ```
//!
//! makes the tests `t1_ok_commits::sqlite_wal`, `.. ::sqlite_rollback_journal` and `.. ::postgres`, each on a database of its own
//! whose pool has two connections.

use sqlx::pool::PoolOptions;
use sqlx::{Pool, Postgres, Sqlite};
use weftwork::{Driver, Tx};

use crate::postgres::PgStore;
use crate::store::{Store, StoreError};

/// What a body does, in a database's own words.
pub trait Backend: Driver {
    /// Inserts a row into `t`.
    fn put(tx: &mut Tx<Self>, n: i64) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The rows of `t` as the transaction sees them.
    fn seen(tx: &mut Tx<Self>) -> impl Future<Output = Result<Vec<i64>, StoreError>> + Send;

    /// Inserts a row on a connection of the pool, outside of any transaction.
    fn put_outside(pool: &Pool<Self>, n: i64) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// A database of a test's own with a pool on it and the table `t (n)`, in which a row can be once.
#[allow(async_fn_in_trait, reason = "they are awaited by the tests themselves")]
pub trait Base: Sized + Send + Sync {
    /// Which one it is.
    type Db: Backend;

    /// What transactions begin on.
    fn pool(&self) -> &Pool<Self::Db>;

    /// Another pool on the same database.
    async fn other_pool(&self, options: PoolOptions<Self::Db>) -> Pool<Self::Db>;

    /// The rows that are there for others.
    async fn rows(&self) -> Vec<i64>;

    /// Takes all rows away.
    async fn clear(&self);

    /// Checks that every connection of the pool can be had and is outside of a transaction.
    async fn assert_whole(&self);
}

/// Inserts a row.
///
/// # Errors
/// If it is there already, or the transaction can not go on.
pub async fn put<Db: Backend>(tx: &mut Tx<Db>, n: i64) -> Result<(), StoreError> {
    Db::put(tx, n).await
}

impl Backend for Sqlite {
    async fn put(tx: &mut Tx<Self>, n: i64) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO t VALUES ($1)").bind(n).execute(tx).await?;
        Ok(())
    }

    async fn seen(tx: &mut Tx<Self>) -> Result<Vec<i64>, StoreError> {
        Ok(sqlx::query_scalar("SELECT n FROM t ORDER BY n").fetch_all(tx).await?)
    }

    async fn put_outside(pool: &Pool<Self>, n: i64) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO t VALUES ($1)").bind(n).execute(pool).await?;
        Ok(())
    }
}

impl Backend for Postgres {
    async fn put(tx: &mut Tx<Self>, n: i64) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO t VALUES ($1)").bind(n).execute(tx).await?;
        Ok(())
    }

    async fn seen(tx: &mut Tx<Self>) -> Result<Vec<i64>, StoreError> {
        Ok(sqlx::query_scalar("SELECT n FROM t ORDER BY n").fetch_all(tx).await?)
    }

    async fn put_outside(pool: &Pool<Self>, n: i64) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO t VALUES ($1)").bind(n).execute(pool).await?;
        Ok(())
    }
}

impl Base for Store {
    type Db = Sqlite;

    fn pool(&self) -> &Pool<Sqlite> {
        &self.pool
    }

    async fn other_pool(&self, options: PoolOptions<Sqlite>) -> Pool<Sqlite> {
        options.connect_with(self.options()).await.unwrap()
    }

    async fn rows(&self) -> Vec<i64> {
        Self::rows(self).await
    }

    async fn clear(&self) {
        sqlx::query("DELETE FROM t").execute(&self.pool).await.unwrap();
    }

    async fn assert_whole(&self) {
        Self::assert_whole(self).await;
    }
}

impl Base for PgStore {
    type Db = Postgres;

    fn pool(&self) -> &Pool<Postgres> {
        &self.pool
    }

    async fn other_pool(&self, options: PoolOptions<Postgres>) -> Pool<Postgres> {
        options.connect_with(self.options()).await.unwrap()
    }

    async fn rows(&self) -> Vec<i64> {
        Self::rows(self).await
    }

    async fn clear(&self) {
        sqlx::query("DELETE FROM t").execute(&self.pool).await.unwrap();
    }

    async fn assert_whole(&self) {
        Self::assert_whole(self).await;
    }
}

/// Makes a test of each case for every database. The number is that of the pool's connections.
#[macro_export]
macro_rules! on_every_backend {
    ($connections:literal: $($case:ident),+ $(,)?) => {$(
        mod $case {
            use ::sqlx::sqlite::SqliteJournalMode::{Delete, Wal};
            use $crate::postgres::PgStore;
            use $crate::store::Store;

            #[tokio::test]
            async fn sqlite_wal() {
                super::$case(Store::open(Wal, $connections).await).await;
            }

            #[tokio::test]
            async fn sqlite_rollback_journal() {
                super::$case(Store::open(Delete, $connections).await).await;
            }

            #[tokio::test]
            async fn postgres() {
                let Some(store) = PgStore::open($connections).await else { return };
                super::$case(store).await;
            }
        }
    )+};
}
