//! What is known of a session, and of the server that it is on.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{PgConnection, Postgres, Row};

use super::{Terms, run};
use crate::transaction::driver::Link;
use crate::transaction::options::Isolation;

/// What a transaction needs to know to be asked about on another connection.
#[derive(Debug, Default)]
pub struct State {
    /// How to make another connection.
    pub(super) options: Option<Arc<PgConnectOptions>>,
    /// How long to try.
    pub(super) patience: Duration,
    /// The session's process on the server.
    pub(super) process: Option<i32>,
    /// The transaction's number, if it may have written.
    pub(super) transaction: Option<String>,
    pub(super) server: Option<Arc<Server>>,
    pub(super) is_read_only: bool,
    /// Nothing more comes over this connection.
    pub(super) is_lost: bool,
}

impl State {
    pub(super) fn new(options: Arc<PgConnectOptions>, patience: Duration) -> Self {
        Self { options: Some(options), patience, ..Self::default() }
    }
}

/// A server from its start to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Server {
    /// When that was, as a session writes it. Others that write it otherwise have the cluster to compare.
    started: String,
    /// What stays over restarts, and is another one after a failover: the cluster and its timeline. `None` where it is not told.
    cluster: Option<String>,
}

impl Server {
    /// Whether the numbers of one's transactions mean the same on the other one.
    pub(super) fn has_transactions_of(&self, other: &Self) -> bool {
        self.started == other.started || self.cluster.is_some() && self.cluster == other.cluster
    }
}

/// Begins, and asks in the same exchange who is there.
///
/// A question fixes what a transaction sees that sees the same throughout, and its body may want to take locks before that: such a
/// one is asked for in a transaction of the question's own, before it, and for its number at the end.
pub(super) async fn begin(link: &mut Link<Postgres>, terms: &Terms) -> Result<(), sqlx::Error> {
    link.state.transaction = None;
    link.state.is_read_only = terms.is_read_only;
    let mut begin = String::from("BEGIN");
    if let Some(isolation) = terms.isolation {
        begin.push_str(" ISOLATION LEVEL ");
        begin.push_str(isolation.sql());
    }
    if terms.is_read_only {
        begin.push_str(" READ ONLY");
    }
    let asked = if terms.isolation <= Some(Isolation::ReadCommitted) {
        let question = if terms.is_read_only { WHO } else { WHO_AND_WHAT };
        ask(link, format!("{begin}; {question}"), Begun::Savepoint).await
    } else if link.state.process.is_none() {
        ask(link, format!("BEGIN; {WHO}; COMMIT; {begin}"), Begun::Again(&begin)).await
    } else {
        return run(link, begin).await.map(drop);
    };
    match asked {
        // Something that speaks as PostgreSQL does and has not its functions.
        Err(sqlx::Error::Database(_)) => {
            run(link, String::from("ROLLBACK")).await?;
            run(link, begin).await.map(drop)
        }
        other => other,
    }
}

fn unanswered(error: sqlx::Error) -> Result<(), sqlx::Error> {
    if matches!(error, sqlx::Error::Database(_)) { Ok(()) } else { Err(error) }
}

const WHO: &str = "SELECT pg_backend_pid(), pg_postmaster_start_time()";
// A standby gives no numbers, so that this fails there; what only reads says so.
const WHO_AND_WHAT: &str = "SELECT pg_backend_pid(), pg_postmaster_start_time(), pg_current_xact_id()";
const WHICH: &str =
    "SELECT system_identifier::text || ' ' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) FROM pg_control_system()";

/// How what is asked besides keeps out of the transaction that has begun.
#[derive(Clone, Copy)]
enum Begun<'b> {
    /// In a savepoint of it.
    Savepoint,
    /// Not in it at all: it is ended, and begun again by this.
    Again(&'b str),
}

async fn ask(link: &mut Link<Postgres>, question: String, begun: Begun<'_>) -> Result<(), sqlx::Error> {
    let Some(row) = run(link, question).await? else { return Ok(()) };
    // The answers of this protocol are texts, whatever their types.
    link.state.process = Some(row.try_get_unchecked(0)?);
    if row.len() > 2 {
        link.state.transaction = Some(row.try_get_unchecked(2)?);
    }
    let started: &str = row.try_get_unchecked(1)?;
    if link.state.server.as_ref().is_none_or(|server| server.started != started) {
        let started = started.to_owned();
        link.state.server = Some(known(link, started, begun).await?);
    }
    Ok(())
}

/// The servers that this program has met.
static SERVERS: Mutex<Vec<Arc<Server>>> = Mutex::new(Vec::new());

/// A server that is asked once what stays the same when it starts again.
async fn known(link: &mut Link<Postgres>, started: String, begun: Begun<'_>) -> Result<Arc<Server>, sqlx::Error> {
    let servers = || SERVERS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(server) = servers().iter().find(|server| server.started == started) {
        return Ok(Arc::clone(server));
    }
    // Whoever may not ask goes on without; in the transaction itself that would be its end.
    let (before, behind) = match begun {
        Begun::Savepoint => ("SAVEPOINT weftwork_server", "ROLLBACK TO weftwork_server; RELEASE weftwork_server"),
        Begun::Again(begin) => ("ROLLBACK", begin),
    };
    run(link, before.to_owned()).await?;
    let answer = run(link, WHICH.to_owned()).await;
    run(link, behind.to_owned()).await?;
    let cluster = match answer {
        Ok(row) => row.map(|row| row.try_get(0)).transpose()?,
        Err(error) => unanswered(error).map(|()| None)?,
    };
    let server = Arc::new(Server { started, cluster });
    servers().push(Arc::clone(&server));
    Ok(server)
}

/// The server on a connection that was made to ask.
pub(super) async fn of(connection: &mut PgConnection) -> Result<Server, sqlx::Error> {
    let row = sqlx::raw_sql(WHO).fetch_one(&mut *connection).await?;
    let cluster: String = sqlx::raw_sql(WHICH).fetch_one(connection).await?.try_get(0)?;
    Ok(Server { started: row.try_get_unchecked(1)?, cluster: Some(cluster) })
}

/// Asks for the transaction's number where that was not known at its beginning.
pub(super) async fn name_transaction(link: &mut Link<Postgres>) -> Result<(), sqlx::Error> {
    if link.state.is_read_only || link.state.transaction.is_some() || link.state.server.is_none() {
        return Ok(());
    }
    let row = run(link, String::from("SELECT pg_current_xact_id_if_assigned()::text")).await?;
    link.state.transaction = row.map(|row| row.try_get(0)).transpose()?.flatten();
    // One without a number has written nothing.
    link.state.is_read_only = link.state.transaction.is_none();
    Ok(())
}
