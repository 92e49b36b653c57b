//! SQLite through sqlx.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use futures_core::future::BoxFuture;
use sqlx::sqlite::{SqliteRow, SqliteStatement, SqliteTypeInfo};
use sqlx::{AssertSqlSafe, Connection, Executor, Pool, Row, SqlStr, Sqlite, SqliteConnection};

use super::database::{Database, NotCommitted, Severity, Share, Standing};
use super::driver::{Checked, Driver, Link, code, connection_of, sealed, severity};
use super::join::{Begin, OnLink};
use super::options::{Isolation, Terms};
use crate::generator::next;

/// What a transaction has set on its connection.
#[derive(Debug, Default)]
pub struct State {
    /// It may not write until then, which it could before.
    is_read_only: bool,
}

impl sealed::Sealed for Sqlite {}

impl Driver for Sqlite {
    type State = State;

    fn fetch_many<'c>(
        connection: &'c mut SqliteConnection,
        query: Checked<Self>,
    ) -> futures_core::stream::BoxStream<'c, Result<sqlx::Either<sqlx::sqlite::SqliteQueryResult, SqliteRow>, sqlx::Error>> {
        Executor::fetch_many(connection, query)
    }

    fn fetch_optional(
        connection: &mut SqliteConnection,
        query: Checked<Self>,
    ) -> BoxFuture<'_, Result<Option<SqliteRow>, sqlx::Error>> {
        Executor::fetch_optional(connection, query)
    }

    fn prepare_with<'c>(
        connection: &'c mut SqliteConnection,
        sql: SqlStr,
        parameters: &'c [SqliteTypeInfo],
    ) -> BoxFuture<'c, Result<SqliteStatement, sqlx::Error>> {
        Executor::prepare_with(connection, sql, parameters)
    }

    fn describe(connection: &mut SqliteConnection, sql: SqlStr) -> BoxFuture<'_, Result<sqlx::Describe<Self>, sqlx::Error>> {
        Executor::describe(connection, sql)
    }
}

impl Database for Sqlite {
    type Pool = Pool<Self>;
    type Link = Link<Self>;
    type Error = sqlx::Error;

    const ISOLATION: Isolation = Isolation::Serializable;
    const WEAKEST: Isolation = Isolation::Serializable;

    async fn acquire(pool: &Pool<Self>) -> Result<Link<Self>, sqlx::Error> {
        Ok(Link::pooled(pool.acquire().await?, State::default()))
    }

    /// A connection, and the right to write to the file, of which there is one.
    fn takes(pool: &Pool<Self>, terms: &Terms) -> [Option<Share>; 2] {
        [Some(connection_of(pool)), if terms.is_read_only { None } else { writer_of(pool) }]
    }

    async fn begin(link: &mut Link<Self>, terms: &Terms) -> Result<(), sqlx::Error> {
        link.is_open = true;
        if !terms.is_read_only {
            // A transaction that turns from reading to writing later can fail at once, without waiting for its turn.
            return Self::control(link, "BEGIN IMMEDIATE".to_owned()).await;
        }
        let pragma = sqlx::query("PRAGMA query_only").fetch_one(link.connection()).await?;
        if pragma.try_get::<i64, _>(0)? == 0 {
            // Before it is set: cut or failed from here on, it is taken back.
            link.state.is_read_only = true;
            Self::control(link, "PRAGMA query_only = 1".to_owned()).await?;
        }
        Self::control(link, "BEGIN".to_owned()).await
    }

    async fn control(link: &mut Link<Self>, statement: String) -> Result<(), sqlx::Error> {
        // A control statement is one statement: its first answer says how it ended. Waiting for the end of the answers, as
        // `execute` does, would be one more trip to the connection's thread and back.
        let mut answers = link.connection().fetch_many(sqlx::query(AssertSqlSafe(statement)));
        next(&mut answers.as_mut()).await.unwrap_or(Err(sqlx::Error::WorkerCrashed)).map(drop)
    }

    async fn commit(link: &mut Link<Self>) -> Result<(), NotCommitted<sqlx::Error>> {
        let Err(error) = Self::control(link, "COMMIT".to_owned()).await else { return Ok(()) };
        if Self::severity(&error) == Severity::Connection {
            return Err(NotCommitted::Unknown { cause: error, id: None });
        }
        // What has failed may have ended the transaction, or not.
        match Self::standing(link).await {
            Ok(Standing::Ended) if is_not_begun(&error) => Err(NotCommitted::Ended),
            Ok(Standing::Ended) => Err(NotCommitted::RolledBack(error)),
            _ => Err(NotCommitted::Open(error)),
        }
    }

    async fn settle(link: &mut Link<Self>) -> Result<(), sqlx::Error> {
        // The connection's thread takes one command after the other: when it answers this one, the statement is over.
        link.connection().ping().await
    }

    async fn standing(link: &mut Link<Self>) -> Result<Standing<sqlx::Error>, sqlx::Error> {
        // SQLite refuses this inside a transaction; nothing else tells.
        match Self::control(link, "BEGIN".to_owned()).await {
            Ok(()) => {
                Self::control(link, "ROLLBACK".to_owned()).await?;
                Ok(Standing::Ended)
            }
            Err(sqlx::Error::Database(error)) if error.message().contains("within a transaction") => Ok(Standing::Open),
            Err(other) => Err(other),
        }
    }

    fn severity(error: &sqlx::Error) -> Severity {
        severity(error)
    }

    /// Somebody else has locked the file, or has written since this transaction began to read.
    fn is_repeatable(error: &sqlx::Error) -> bool {
        const BUSY: u32 = 5;
        const LOCKED: u32 = 6;
        // The lowest byte is the kind, the others say more.
        let kind = code(error).and_then(|code| code.parse::<u32>().ok()).map(|code| code & 0xff);
        matches!(kind, Some(BUSY | LOCKED))
    }

    fn code(error: &sqlx::Error) -> Option<String> {
        code(error)
    }

    async fn tidy(link: &mut Link<Self>) -> Result<(), sqlx::Error> {
        if link.state.is_read_only {
            Self::control(link, "PRAGMA query_only = 0".to_owned()).await?;
            link.state.is_read_only = false;
        }
        link.is_open = false;
        Ok(())
    }

    fn discard(link: Link<Self>) {
        link.discard();
    }
}

fn is_not_begun(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.message().contains("no transaction is active"))
}

/// The right to write to the pool's file. A database in memory is a connection's own.
fn writer_of(pool: &Pool<Sqlite>) -> Option<Share> {
    let options = pool.connect_options();
    let file = options.get_filename();
    let is_file = !file.as_os_str().is_empty() && file.as_os_str() != ":memory:";
    // No pool is at an odd address.
    let of = BuildHasherDefault::<DefaultHasher>::default().hash_one(file) | 1;
    is_file.then(|| Share {
        of: usize::try_from(of & u64::try_from(usize::MAX).unwrap_or(u64::MAX)).unwrap_or(usize::MAX),
        limit: 1,
    })
}

/// The connection is closed when the transaction is over.
impl Begin<Sqlite> for SqliteConnection {
    type Source = OnLink<Sqlite>;

    fn source(self) -> OnLink<Sqlite> {
        OnLink::new(Link::owned(self))
    }
}
