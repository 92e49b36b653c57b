//! SQLite through sqlx.

use std::fmt;

use futures_core::Stream;
use futures_core::future::BoxFuture;
use futures_core::stream::BoxStream;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteQueryResult, SqliteRow, SqliteStatement, SqliteTypeInfo};
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
        Box::pin(steps(self, query))
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<SqliteRow>, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        Box::pin(async move {
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
fn steps<'e, 'q: 'e, E>(tx: &'e mut Tx<Sqlite>, query: E) -> impl Stream<Item = Result<Step, sqlx::Error>> + Send + use<'e, 'q, E>
where
    E: 'q + Execute<'q, Sqlite>,
{
    try_direct(async move |outlet| {
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
