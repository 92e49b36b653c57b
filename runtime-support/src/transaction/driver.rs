//! What all databases of sqlx have in common: connections, and queries that run on a `Tx`.

use std::fmt;
use std::io;
use std::ptr::from_ref;

use futures_core::Stream;
use futures_core::future::BoxFuture;
use futures_core::stream::BoxStream;
use sqlx::error::{BoxDynError, DatabaseError};
use sqlx::pool::PoolConnection;
use sqlx::{Either, Execute, Executor, Pool, SqlStr};
use tokio::runtime::Handle;

use super::database::{Database, Severity, Share};
use super::error::TxError;
use super::join::{Begin, OnLink, OnPool};
use super::statement::{ending, may_hide_an_end};
use super::tx::{Tx, TxMut};
use crate::generator::{next, put, try_direct};

/// A database of sqlx that transactions run on: `sqlx::Sqlite` and `sqlx::Postgres`.
pub trait Driver: sqlx::Database + Database<Pool = Pool<Self>, Link = Link<Self>, Error = sqlx::Error> + sealed::Sealed {
    /// What is known of a connection.
    #[doc(hidden)]
    type State: Default + Send + 'static;

    #[doc(hidden)]
    fn fetch_many<'c>(connection: &'c mut Self::Connection, query: Checked<Self>) -> Steps<'c, Self>;
    #[doc(hidden)]
    fn fetch_optional(
        connection: &mut Self::Connection,
        query: Checked<Self>,
    ) -> BoxFuture<'_, Result<Option<Self::Row>, sqlx::Error>>;
    #[doc(hidden)]
    fn prepare_with<'c>(
        connection: &'c mut Self::Connection,
        sql: SqlStr,
        parameters: &'c [Self::TypeInfo],
    ) -> BoxFuture<'c, Result<Self::Statement, sqlx::Error>>;
    #[doc(hidden)]
    fn describe(connection: &mut Self::Connection, sql: SqlStr) -> BoxFuture<'_, Result<sqlx::Describe<Self>, sqlx::Error>>;
}

pub(super) mod sealed {
    pub trait Sealed {}
}

type Step<Db> = Either<<Db as sqlx::Database>::QueryResult, <Db as sqlx::Database>::Row>;
type Steps<'c, Db> = BoxStream<'c, Result<Step<Db>, sqlx::Error>>;

/// A connection that a transaction runs on: one of a pool, or one of its own.
pub struct Link<Db: Driver> {
    connection: Connected<Db>,
    pub(super) state: Db::State,
    // Whether there may be a transaction on it: then nobody else may have it.
    pub(super) is_open: bool,
    // A pooled connection can be dropped on a runtime only.
    runtime: Option<Handle>,
}

enum Connected<Db: sqlx::Database> {
    Pooled(PoolConnection<Db>),
    Owned(Db::Connection),
    Gone,
}

impl<Db: Driver> Link<Db> {
    pub(super) fn pooled(connection: PoolConnection<Db>, state: Db::State) -> Self {
        Self::new(Connected::Pooled(connection), state)
    }

    pub(super) fn owned(connection: Db::Connection) -> Self {
        Self::new(Connected::Owned(connection), Db::State::default())
    }

    fn new(connection: Connected<Db>, state: Db::State) -> Self {
        Self { connection, state, is_open: false, runtime: Handle::try_current().ok() }
    }

    pub(super) fn connection(&mut self) -> &mut Db::Connection {
        match &mut self.connection {
            Connected::Pooled(connection) => connection,
            Connected::Owned(connection) => connection,
            Connected::Gone => unreachable!("a connection is gone when its link is dropped"),
        }
    }

    /// It does not go back to its pool.
    pub(super) fn discard(mut self) {
        self.is_open = true;
    }
}

/// For what sqlx offers beyond queries, by [`Tx::connection`].
#[cfg(feature = "sqlite")]
impl AsMut<sqlx::SqliteConnection> for Link<sqlx::Sqlite> {
    fn as_mut(&mut self) -> &mut sqlx::SqliteConnection {
        self.connection()
    }
}

/// For what sqlx offers beyond queries, by [`Tx::connection`].
#[cfg(feature = "postgres")]
impl AsMut<sqlx::PgConnection> for Link<sqlx::Postgres> {
    fn as_mut(&mut self) -> &mut sqlx::PgConnection {
        self.state.was_lent = true;
        self.connection()
    }
}

impl<Db: Driver> Drop for Link<Db> {
    fn drop(&mut self) {
        let _entered = self.runtime.as_ref().map(Handle::enter);
        if let (true, Connected::Pooled(connection)) = (self.is_open, &mut self.connection) {
            connection.close_on_drop();
        }
        self.connection = Connected::Gone;
    }
}

impl<Db: Driver> fmt::Debug for Link<Db> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").finish_non_exhaustive()
    }
}

/// A connection of the pool: no other pool has its options at the same place.
pub(super) fn connection_of<Db: sqlx::Database>(pool: &Pool<Db>) -> Share {
    let limit = usize::try_from(pool.options().get_max_connections()).unwrap_or(usize::MAX);
    Share { of: from_ref(pool.options()).addr(), limit }
}

/// What an error means where no statement's error ends the whole transaction.
pub(super) fn severity(error: &sqlx::Error) -> Severity {
    match error {
        // What the driver calls a matter of protocol may be a mistake in the statement, too.
        sqlx::Error::Database(_) | sqlx::Error::Protocol(_) => Severity::Statement,
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::PoolClosed
        | sqlx::Error::PoolTimedOut => Severity::Connection,
        _ => Severity::Harmless,
    }
}

/// What the database calls an error.
pub(super) fn code(error: &sqlx::Error) -> Option<String> {
    error.as_database_error().and_then(DatabaseError::code).map(String::from)
}

impl<Db: Driver> Begin<Db> for &Pool<Db> {
    type Source = OnPool<Db>;

    fn source(self) -> OnPool<Db> {
        OnPool(self.clone())
    }
}

impl<Db: Driver> Begin<Db> for &&Pool<Db> {
    type Source = OnPool<Db>;

    fn source(self) -> OnPool<Db> {
        OnPool(Pool::clone(self))
    }
}

impl<Db: Driver> Begin<Db> for Pool<Db> {
    type Source = OnPool<Db>;

    fn source(self) -> OnPool<Db> {
        OnPool(self)
    }
}

/// The connection goes back to its pool when the transaction is over.
impl<Db: Driver> Begin<Db> for PoolConnection<Db> {
    type Source = OnLink<Db>;

    fn source(self) -> OnLink<Db> {
        OnLink::new(Link::pooled(self, Db::State::default()))
    }
}

/// How an error of the transaction reaches somebody who awaits a query.
fn refused(error: TxError) -> sqlx::Error {
    sqlx::Error::Io(io::Error::other(error))
}

impl<'c, Db: Driver> Executor<'c> for &'c mut Tx<Db> {
    type Database = Db;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> Steps<'e, Db>
    where
        'c: 'e,
        E: 'q + Execute<'q, Db>,
    {
        Box::pin(steps(self, Checked::new(query)))
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<Db::Row>, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Db>,
    {
        let query = Checked::new(query);
        Box::pin(async move {
            let query = query?;
            let session = self.session().map_err(refused)?;
            let link = session.statement(query.may_end).await.map_err(refused)?;
            let row = Db::fetch_optional(link.connection(), query).await;
            session.noted(row)
        })
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [Db::TypeInfo]) -> BoxFuture<'e, Result<Db::Statement, sqlx::Error>>
    where
        'c: 'e,
    {
        Box::pin(async move {
            let session = self.session().map_err(refused)?;
            let link = session.statement(false).await.map_err(refused)?;
            let statement = Db::prepare_with(link.connection(), sql, parameters).await;
            session.noted(statement)
        })
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<sqlx::Describe<Db>, sqlx::Error>>
    where
        'c: 'e,
    {
        Box::pin(async move {
            let session = self.session().map_err(refused)?;
            let described = Db::describe(session.statement(false).await.map_err(refused)?.connection(), sql).await;
            session.noted(described)
        })
    }
}

impl<'c, Db: Driver> Executor<'c> for &'c mut TxMut<'_, Db> {
    type Database = Db;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> Steps<'e, Db>
    where
        'c: 'e,
        E: 'q + Execute<'q, Db>,
    {
        (&mut **self).fetch_many(query)
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<Db::Row>, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Db>,
    {
        (&mut **self).fetch_optional(query)
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [Db::TypeInfo]) -> BoxFuture<'e, Result<Db::Statement, sqlx::Error>>
    where
        'c: 'e,
    {
        (&mut **self).prepare_with(sql, parameters)
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<sqlx::Describe<Db>, sqlx::Error>>
    where
        'c: 'e,
    {
        (&mut **self).describe(sql)
    }
}

/// What a query gives, row by row. Dropped before its end, it leaves the statement to be waited for.
fn steps<Db: Driver>(
    tx: &mut Tx<Db>,
    query: Result<Checked<Db>, sqlx::Error>,
) -> impl Stream<Item = Result<Step<Db>, sqlx::Error>> + Send + use<'_, Db> {
    try_direct(async move |outlet| {
        let query = query?;
        let session = tx.session().map_err(refused)?;
        let mut failed = None;
        {
            let link = session.statement(query.may_end).await.map_err(refused)?;
            let mut steps = Db::fetch_many(link.connection(), query);
            let mut steps = steps.as_mut();
            while let Some(step) = next(&mut steps).await {
                match step {
                    Ok(step) => put(Ok(step), &outlet).await,
                    Err(error) => {
                        failed = Some(error);
                        break;
                    }
                }
            }
        }
        match failed {
            None => session.noted(Ok(())),
            Some(error) => session.noted(Err(error)),
        }
    })
}

/// A query that does not begin with a word that would end the transaction behind our back.
#[derive(Debug)]
pub struct Checked<Db: sqlx::Database> {
    sql: SqlStr,
    arguments: Option<Db::Arguments>,
    is_persistent: bool,
    may_end: bool,
}

impl<Db: sqlx::Database> Checked<Db> {
    fn new<'q>(mut query: impl Execute<'q, Db>) -> Result<Self, sqlx::Error> {
        let arguments = query.take_arguments().map_err(sqlx::Error::Encode)?;
        let is_persistent = query.persistent();
        let sql = query.sql();
        if let Some(word) = ending(sql.as_str()) {
            return Err(sqlx::Error::Protocol(format!(
                "`{word}` inside a `#[transactional]` function, which begins and ends its transaction itself: return `Ok` or `Err`"
            )));
        }
        let may_end = may_hide_an_end(sql.as_str());
        Ok(Self { sql, arguments, is_persistent, may_end })
    }
}

impl<Db: sqlx::Database> Execute<'_, Db> for Checked<Db> {
    fn sql(self) -> SqlStr {
        self.sql
    }

    fn statement(&self) -> Option<&Db::Statement> {
        None
    }

    fn take_arguments(&mut self) -> Result<Option<Db::Arguments>, BoxDynError> {
        Ok(self.arguments.take())
    }

    fn persistent(&self) -> bool {
        self.is_persistent
    }
}
