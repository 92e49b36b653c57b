//! A transaction without macros.

use std::panic::Location;

use super::attempts::begin;
use super::database::Database;
use super::join::Begin;
use super::options::TxOptions;
use super::tx::Tx;
use crate::contracts::FromTxError;
use crate::policy::retry::retrying::Next;

/// Runs `body` in a transaction on `source`: `#[transactional]` as a function.
///
/// It begins on a pool or a connection, commits on `Ok`, and rolls back on `Err`, on a panic and when it is dropped. Given a `&mut Tx`
/// it joins that transaction. For isolation, retries and the rest there is [`transaction_with`]. In errors and reports its function is
/// called `transaction`.
///
/// ```
/// # #[cfg(feature = "sqlite")]
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use sqlx::Sqlite;
/// use weftwork::{Tx, transaction};
///
/// # #[derive(Debug)] struct StoreError;
/// # impl From<sqlx::Error> for StoreError { fn from(_: sqlx::Error) -> Self { Self } }
/// # impl From<weftwork::TxError> for StoreError { fn from(_: weftwork::TxError) -> Self { Self } }
/// # let pool = sqlx::sqlite::SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
/// # sqlx::query("CREATE TABLE item (name TEXT)").execute(&pool).await.unwrap();
/// let added = transaction(&pool, async |tx: &mut Tx<Sqlite>| -> Result<u64, StoreError> {
///     let added = sqlx::query("INSERT INTO item VALUES ('warp'), ('weft')").execute(&mut *tx).await?;
///     tx.after_commit(async { println!("added") });
///     Ok(added.rows_affected())
/// });
/// assert_eq!(added.await.unwrap(), 2);
/// # });
/// ```
///
/// # Errors
/// The body's own; and those of the transaction, as which [`TxError`](crate::TxError) is converted.
///
/// # Panics
/// If the body does, with its panic, once the transaction is rolled back or on its way there.
///
/// # Cancel safety
/// Dropped, it is rolled back by a task of its own, or committed if COMMIT was under way; [`drain`](crate::drain) waits for that task.
///
/// # Tasks
/// It goes into a task, such as `tokio::spawn`'s, if the body owns what it uses: `async move |tx| ..`. Of a body that borrows from
/// around it rustc can not see that it is `Send` ("not general enough"). Clone into it, or write a `#[transactional]` function,
/// which may borrow what it likes.
#[track_caller]
pub fn transaction<Db, S, R>(source: S, body: impl AsyncFnMut(&mut Tx<Db>) -> R) -> impl Future<Output = R>
where
    Db: Database,
    S: Begin<Db>,
    R: FromTxError,
{
    transaction_with(TxOptions::new(), source, body)
}

/// The same with options. With [`attempts`](TxOptions::attempts) the body may run several times.
///
/// ```
/// # #[cfg(feature = "sqlite")]
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use sqlx::Sqlite;
/// use weftwork::{Isolation, Tx, TxOptions, secs, transaction_with};
///
/// # #[derive(Debug)] struct StoreError;
/// # impl From<sqlx::Error> for StoreError { fn from(_: sqlx::Error) -> Self { Self } }
/// # impl From<weftwork::TxError> for StoreError { fn from(_: weftwork::TxError) -> Self { Self } }
/// # let pool = sqlx::sqlite::SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
/// const CAREFUL: TxOptions = TxOptions::new().isolation(Isolation::Serializable).attempts(5).timeout(secs(2));
///
/// let one = transaction_with(CAREFUL, &pool, async |tx: &mut Tx<Sqlite>| -> Result<i64, StoreError> {
///     Ok(sqlx::query_scalar("SELECT 1").fetch_one(tx).await?)
/// });
/// assert_eq!(one.await.unwrap(), 1);
/// # });
/// ```
///
/// # Errors
/// As for [`transaction`].
///
/// # Panics
/// As for [`transaction`].
///
/// # Cancel safety
/// As for [`transaction`].
#[track_caller]
pub fn transaction_with<Db, S, R>(
    options: TxOptions,
    source: S,
    mut body: impl AsyncFnMut(&mut Tx<Db>) -> R,
) -> impl Future<Output = R>
where
    Db: Database,
    S: Begin<Db>,
    R: FromTxError,
{
    let place = Location::caller();
    async move {
        let ending = R::ending();
        let mut transaction = begin("transaction", source).at(place).with(options);
        loop {
            let mut scope = match transaction.open().await {
                Ok(scope) => scope,
                Err(error) => return ending.failed(error),
            };
            let result = match scope.body.run_in_time(body(&mut scope.tx)).await {
                Ok(result) => result,
                Err(error) => return scope.expire(ending, error).await,
            };
            match scope.end_or_again(ending, result).await {
                Next::Done(result) => return result,
                Next::Again(pause) => pause.over().await,
            }
        }
    }
}
