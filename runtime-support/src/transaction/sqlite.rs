//! SQLite through sqlx.

use std::fmt;

use futures_core::Stream;
use futures_core::future::BoxFuture;
use futures_core::stream::BoxStream;
use sqlx::error::BoxDynError;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteArguments, SqliteQueryResult, SqliteRow, SqliteStatement, SqliteTypeInfo};
use sqlx::{AssertSqlSafe, Connection, Either, Execute, Executor, Pool, SqlStr, Sqlite, SqliteConnection};
use tokio::runtime::Handle;

use super::database::Database;
use super::error::TxError;
use super::join::{Begin, Opened};
use super::tx::{Tx, TxMut};
use crate::generator::{next, put, try_direct};

/// A connection that a transaction runs on: one of a pool, or one of its own.
pub struct SqliteLink {
    connection: Source,
    // A pooled connection can be dropped on a runtime only.
    runtime: Handle,
}

enum Source {
    Pooled(PoolConnection<Sqlite>),
    Owned(SqliteConnection),
    Gone,
}

impl SqliteLink {
    fn new(connection: Source) -> Result<Self, TxError> {
        Ok(Self { connection, runtime: Handle::try_current().map_err(TxError::begin)? })
    }

    fn connection(&mut self) -> &mut SqliteConnection {
        match &mut self.connection {
            Source::Pooled(connection) => connection,
            Source::Owned(connection) => connection,
            Source::Gone => unreachable!("a connection is gone when its link is dropped"),
        }
    }
}

/// For what sqlx offers beyond queries, by [`Tx::connection`].
impl AsMut<SqliteConnection> for SqliteLink {
    fn as_mut(&mut self) -> &mut SqliteConnection {
        self.connection()
    }
}

impl Drop for SqliteLink {
    fn drop(&mut self) {
        let _entered = self.runtime.enter();
        self.connection = Source::Gone;
    }
}

impl fmt::Debug for SqliteLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteLink").finish_non_exhaustive()
    }
}

impl Database for Sqlite {
    type Link = SqliteLink;
    type Error = sqlx::Error;

    // A transaction that turns from reading to writing later can fail at once, without waiting for its turn.
    const BEGIN: &'static str = "BEGIN IMMEDIATE";

    async fn control(link: &mut SqliteLink, statement: String) -> Result<(), sqlx::Error> {
        // A control statement is one statement: its first answer says how it ended. Waiting for the end of the answers, as
        // `execute` does, would be one more trip to the connection's thread and back.
        let mut answers = link.connection().fetch_many(sqlx::query(AssertSqlSafe(statement)));
        next(&mut answers.as_mut()).await.unwrap_or(Err(sqlx::Error::WorkerCrashed)).map(drop)
    }

    async fn settle(link: &mut SqliteLink) -> Result<(), sqlx::Error> {
        // The connection's thread takes one command after the other: when it answers this one, the statement is over.
        link.connection().ping().await
    }

    async fn is_open(link: &mut SqliteLink) -> Result<bool, sqlx::Error> {
        // SQLite refuses this inside a transaction; nothing else tells.
        match Self::control(link, "BEGIN".to_owned()).await {
            Ok(()) => {
                Self::control(link, "ROLLBACK".to_owned()).await?;
                Ok(false)
            }
            Err(sqlx::Error::Database(error)) if error.message().contains("within a transaction") => Ok(true),
            Err(other) => Err(other),
        }
    }

    fn discard(mut link: SqliteLink) {
        if let Source::Pooled(connection) = &mut link.connection {
            connection.close_on_drop();
        }
    }
}

impl Begin<Sqlite> for &Pool<Sqlite> {
    type Parent = ();

    async fn open(self) -> Result<Opened<Sqlite>, TxError> {
        let connection = self.acquire().await.map_err(TxError::begin)?;
        Opened::begin(SqliteLink::new(Source::Pooled(connection))?).await
    }
}

impl Begin<Sqlite> for &&Pool<Sqlite> {
    type Parent = ();

    async fn open(self) -> Result<Opened<Sqlite>, TxError> {
        Begin::<Sqlite>::open(*self).await
    }
}

impl Begin<Sqlite> for Pool<Sqlite> {
    type Parent = ();

    async fn open(self) -> Result<Opened<Sqlite>, TxError> {
        Begin::<Sqlite>::open(&self).await
    }
}

/// The connection is closed when the transaction is over.
impl Begin<Sqlite> for SqliteConnection {
    type Parent = ();

    async fn open(self) -> Result<Opened<Sqlite>, TxError> {
        Opened::begin(SqliteLink::new(Source::Owned(self))?).await
    }
}

/// The connection goes back to its pool when the transaction is over.
impl Begin<Sqlite> for PoolConnection<Sqlite> {
    type Parent = ();

    async fn open(self) -> Result<Opened<Sqlite>, TxError> {
        Opened::begin(SqliteLink::new(Source::Pooled(self))?).await
    }
}

type Step = Either<SqliteQueryResult, SqliteRow>;

/// How an error of the transaction reaches somebody who awaits a query.
fn refused(error: TxError) -> sqlx::Error {
    sqlx::Error::Io(std::io::Error::other(error))
}

impl<'c> Executor<'c> for &'c mut Tx<Sqlite> {
    type Database = Sqlite;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Step, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        Box::pin(steps(self, Checked::new(query)))
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<SqliteRow>, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        let query = Checked::new(query);
        Box::pin(async move {
            let query = query?;
            let session = self.session().map_err(refused)?;
            let row = session.statement().await.map_err(refused)?.connection().fetch_optional(query).await;
            session.done(row.is_ok());
            row
        })
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [SqliteTypeInfo],
    ) -> BoxFuture<'e, Result<SqliteStatement, sqlx::Error>>
    where
        'c: 'e,
    {
        Box::pin(async move {
            let session = self.session().map_err(refused)?;
            let statement = session.statement().await.map_err(refused)?.connection().prepare_with(sql, parameters).await;
            session.done(statement.is_ok());
            statement
        })
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<sqlx::Describe<Sqlite>, sqlx::Error>>
    where
        'c: 'e,
    {
        Box::pin(async move {
            let session = self.session().map_err(refused)?;
            let described = session.statement().await.map_err(refused)?.connection().describe(sql).await;
            session.done(described.is_ok());
            described
        })
    }
}

impl<'c> Executor<'c> for &'c mut TxMut<'_, Sqlite> {
    type Database = Sqlite;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Step, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        (&mut **self).fetch_many(query)
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<SqliteRow>, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        (&mut **self).fetch_optional(query)
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [SqliteTypeInfo],
    ) -> BoxFuture<'e, Result<SqliteStatement, sqlx::Error>>
    where
        'c: 'e,
    {
        (&mut **self).prepare_with(sql, parameters)
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<sqlx::Describe<Sqlite>, sqlx::Error>>
    where
        'c: 'e,
    {
        (&mut **self).describe(sql)
    }
}

/// What a query gives, row by row. Dropped before its end, it leaves the statement to be waited for.
fn steps<'e>(
    tx: &'e mut Tx<Sqlite>,
    query: Result<Checked, sqlx::Error>,
) -> impl Stream<Item = Result<Step, sqlx::Error>> + Send + use<'e> {
    try_direct(async move |outlet| {
        let query = query?;
        let session = tx.session().map_err(refused)?;
        let mut succeeded = true;
        {
            let mut steps = session.statement().await.map_err(refused)?.connection().fetch_many(query);
            let mut steps = steps.as_mut();
            while let Some(step) = next(&mut steps).await {
                succeeded &= step.is_ok();
                put(step, &outlet).await;
            }
        }
        session.done(succeeded);
        Ok(())
    })
}

/// A query that does not begin with a word that would end the transaction behind our back.
struct Checked {
    sql: SqlStr,
    arguments: Option<SqliteArguments>,
    is_persistent: bool,
}

impl Checked {
    fn new<'q>(mut query: impl Execute<'q, Sqlite>) -> Result<Self, sqlx::Error> {
        let arguments = query.take_arguments().map_err(sqlx::Error::Encode)?;
        let is_persistent = query.persistent();
        let sql = query.sql();
        if let Some(word) = ending(sql.as_str()) {
            return Err(sqlx::Error::Protocol(format!(
                "`{word}` inside a `#[transactional]` function, which begins and ends its transaction itself: return `Ok` or `Err`"
            )));
        }
        Ok(Self { sql, arguments, is_persistent })
    }
}

impl Execute<'_, Sqlite> for Checked {
    fn sql(self) -> SqlStr {
        self.sql
    }

    fn statement(&self) -> Option<&SqliteStatement> {
        None
    }

    fn take_arguments(&mut self) -> Result<Option<SqliteArguments>, BoxDynError> {
        Ok(self.arguments.take())
    }

    fn persistent(&self) -> bool {
        self.is_persistent
    }
}

/// The first word of a statement that begins or ends a transaction. `ROLLBACK TO` goes back to a savepoint and is no end.
fn ending(sql: &str) -> Option<&'static str> {
    let mut words = words(sql);
    let first = words.next()?;
    let found = ["BEGIN", "COMMIT", "END", "ROLLBACK"].into_iter().find(|word| first.eq_ignore_ascii_case(word))?;
    let goes_back = words.take(2).any(|word| word.eq_ignore_ascii_case("TO"));
    (found != "ROLLBACK" || !goes_back).then_some(found)
}

/// The words at the beginning, without comments.
fn words(mut sql: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        loop {
            sql = sql.trim_start_matches(|c: char| c.is_whitespace() || c == ';');
            if let Some(comment) = sql.strip_prefix("--") {
                sql = comment.split_once('\n').map_or("", |(_, rest)| rest);
            } else if let Some(comment) = sql.strip_prefix("/*") {
                sql = comment.split_once("*/").map_or("", |(_, rest)| rest);
            } else {
                break;
            }
        }
        let end = sql.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(sql.len());
        let (word, rest) = sql.split_at(end);
        sql = rest;
        (!word.is_empty()).then_some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::ending;

    #[test]
    fn t36_what_ends_a_transaction_is_told_from_what_does_not() {
        for sql in [
            "COMMIT",
            " commit;",
            "-- so\n/* and so */ END TRANSACTION",
            ";ROLLBACK TRANSACTION",
            "begin immediate",
            "ROLLBACK -- TO",
        ] {
            assert!(ending(sql).is_some(), "{sql}");
        }
        for sql in [
            "SELECT 1; COMMIT",
            "ROLLBACK TO a",
            "rollback transaction to savepoint a",
            "RELEASE a",
            "COMMITTED",
            "-- COMMIT",
            "",
        ] {
            assert_eq!(ending(sql), None, "{sql}");
        }
    }
}
