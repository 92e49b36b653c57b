//! PostgreSQL through sqlx.
//!
//! - `mod.rs`: begin, commit, and what an error means
//! - `server.rs`: what is known of a session and of the server that it is on
//! - `doubt.rs`: what became of a COMMIT whose reply was lost; the end of a statement that nobody waits for

mod doubt;
mod server;

use std::mem;

use futures_core::future::BoxFuture;
use futures_core::stream::BoxStream;
use sqlx::postgres::{PgDatabaseError, PgQueryResult, PgRow, PgSeverity, PgStatement, PgTypeInfo};
use sqlx::{AssertSqlSafe, Column, Connection, Either, Executor, PgConnection, Pool, Postgres, Row, SqlStr, raw_sql};

pub(super) use self::server::State;
use super::database::{Database, NotCommitted, Severity, Share, Standing};
use super::driver::{Checked, Driver, Link, code, connection_of, sealed, severity};
use super::join::{Begin, OnLink};
use super::options::{Isolation, Terms};

/// Both in one exchange. COMMIT alone answers that all is well where the transaction has failed or was ended before.
const COMMIT: &str = "SAVEPOINT weftwork_end; COMMIT";
/// Outside of a transaction.
const NO_TRANSACTION: &str = "25P01";
/// After a failure in one.
const FAILED: &str = "25P02";

impl sealed::Sealed for Postgres {}

impl Driver for Postgres {
    type State = State;

    fn fetch_many<'c>(
        connection: &'c mut PgConnection,
        query: Checked<Self>,
    ) -> BoxStream<'c, Result<Either<PgQueryResult, PgRow>, sqlx::Error>> {
        Executor::fetch_many(connection, query)
    }

    fn fetch_optional(connection: &mut PgConnection, query: Checked<Self>) -> BoxFuture<'_, Result<Option<PgRow>, sqlx::Error>> {
        Executor::fetch_optional(connection, query)
    }

    fn prepare_with<'c>(
        connection: &'c mut PgConnection,
        sql: SqlStr,
        parameters: &'c [PgTypeInfo],
    ) -> BoxFuture<'c, Result<PgStatement, sqlx::Error>> {
        Executor::prepare_with(connection, sql, parameters)
    }

    fn describe(connection: &mut PgConnection, sql: SqlStr) -> BoxFuture<'_, Result<sqlx::Describe<Self>, sqlx::Error>> {
        Executor::describe(connection, sql)
    }
}

impl Database for Postgres {
    type Pool = Pool<Self>;
    type Link = Link<Self>;
    type Error = sqlx::Error;

    // It can be set to more, but not to less.
    const ISOLATION: Isolation = Isolation::ReadCommitted;
    const WEAKEST: Isolation = Isolation::ReadCommitted;
    const INTERRUPTS: bool = true;

    async fn acquire(pool: &Pool<Self>) -> Result<Link<Self>, sqlx::Error> {
        let connection = pool.acquire().await?;
        Ok(Link::pooled(connection, State::new(pool.connect_options(), pool.options().get_acquire_timeout())))
    }

    fn takes(pool: &Pool<Self>, _terms: &Terms) -> [Option<Share>; 2] {
        [Some(connection_of(pool)), None]
    }

    async fn begin(link: &mut Link<Self>, terms: &Terms) -> Result<(), sqlx::Error> {
        link.is_open = true;
        server::begin(link, terms).await
    }

    async fn control(link: &mut Link<Self>, statement: String) -> Result<(), sqlx::Error> {
        run(link, statement).await.map(drop)
    }

    async fn commit(link: &mut Link<Self>) -> Result<(), NotCommitted<sqlx::Error>> {
        if let Err(error) = server::name_transaction(link).await {
            // Nothing has been asked for yet.
            return Err(if Self::severity(&error) == Severity::Connection {
                NotCommitted::RolledBack(error)
            } else {
                NotCommitted::Open(error)
            });
        }
        let Err(error) = run(link, COMMIT.to_owned()).await else { return Ok(()) };
        match code(&error).as_deref() {
            _ if is_doubtful(&error) => doubt::resolve(link, error).await,
            Some(NO_TRANSACTION) => Err(NotCommitted::Ended),
            // A violated constraint, a serialization failure: these come from COMMIT itself, which has ended the transaction.
            Some(code) if ["23", "40"].contains(&code.get(..2).unwrap_or_default()) => Err(NotCommitted::RolledBack(error)),
            _ => Err(NotCommitted::Open(error)),
        }
    }

    async fn settle(link: &mut Link<Self>) -> Result<(), sqlx::Error> {
        // The error of a statement that was dropped comes from the next call, which then has not sent its own.
        link.connection().ping().await
    }

    async fn standing(link: &mut Link<Self>) -> Result<Standing<sqlx::Error>, sqlx::Error> {
        match run(link, format!("SAVEPOINT weftwork_check; {STEP}; RELEASE weftwork_check")).await {
            Ok(answer) => in_step(answer.as_ref()).map(|()| Standing::Open),
            Err(error) => match code(&error).as_deref() {
                Some(NO_TRANSACTION) => Ok(Standing::Ended),
                Some(FAILED) => Ok(Standing::Failed(error)),
                _ => Err(error),
            },
        }
    }

    fn interrupt(link: &Link<Self>) -> impl Future<Output = ()> + Send + 'static {
        doubt::cancel(&link.state)
    }

    fn severity(error: &sqlx::Error) -> Severity {
        match severity(error) {
            Severity::Statement if is_fatal(error) => Severity::Connection,
            Severity::Statement if error.as_database_error().is_some() => Severity::Transaction,
            other => other,
        }
    }

    /// A serialization failure or a deadlock.
    fn is_repeatable(error: &sqlx::Error) -> bool {
        matches!(code(error).as_deref(), Some("40001" | "40P01"))
    }

    fn code(error: &sqlx::Error) -> Option<String> {
        code(error)
    }

    async fn tidy(link: &mut Link<Self>) -> Result<(), sqlx::Error> {
        // Asked about on another connection: this one is dead.
        if link.state.is_lost {
            return Err(sqlx::Error::PoolClosed);
        }
        if mem::take(&mut link.state.was_lent) {
            in_step(run(link, STEP.to_owned()).await?.as_ref())?;
        }
        link.is_open = false;
        Ok(())
    }

    fn discard(link: Link<Self>) {
        link.discard();
    }
}

/// Runs control statements in one exchange, and gives the first row of what they return.
async fn run(link: &mut Link<Postgres>, statements: String) -> Result<Option<PgRow>, sqlx::Error> {
    link.connection().fetch_optional(raw_sql(AssertSqlSafe(statements))).await
}

/// A question with an answer that is no other's, and which fixes nothing that a transaction sees.
const STEP: &str = "SHOW transaction_isolation";

/// Whether that is the answer. Where the driver's own functions were given up, such as a `COPY`, the connection may answer each statement with
/// what belongs to the one before it, and whoever had it next would go on so.
fn in_step(answer: Option<&PgRow>) -> Result<(), sqlx::Error> {
    match answer.and_then(|row| row.columns().first()) {
        Some(column) if column.name() == "transaction_isolation" => Ok(()),
        _ => Err(sqlx::Error::Protocol(String::from("the connection answers what it was not asked"))),
    }
}

/// Whether the server has ended the session.
fn is_fatal(error: &sqlx::Error) -> bool {
    let severity = error.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
    severity.is_some_and(|error| matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic))
}

/// Whether an error of COMMIT says nothing of whether it has committed.
fn is_doubtful(error: &sqlx::Error) -> bool {
    const COMPLETION_UNKNOWN: &str = "40003";
    let is_told = match code(error).as_deref() {
        None | Some(COMPLETION_UNKNOWN) => false,
        Some(code) => !code.starts_with("08") && !is_fatal(error),
    };
    !is_told
}

/// The connection is closed when the transaction is over. Nothing is known of how to make another one, so a statement that is dropped
/// keeps its locks to its end, and of a COMMIT whose reply is lost the outcome stays unknown.
impl Begin<Postgres> for PgConnection {
    type Source = OnLink<Postgres>;

    fn source(self) -> OnLink<Postgres> {
        OnLink::new(Link::owned(self))
    }
}
