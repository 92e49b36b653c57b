//! What is known of a session, and of the server that it is on.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{PgConnection, Postgres, Row, raw_sql};

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
    /// What its numbers are numbers of: the cluster and its timeline. They stay over restarts, and are others after a failover. Or else
    /// the server from its start to its end.
    pub(super) cluster: Option<Arc<str>>,
    pub(super) is_read_only: bool,
    /// Somebody had the connection itself.
    pub(in crate::transaction) was_lent: bool,
    /// Nothing more comes over this connection.
    pub(super) is_lost: bool,
}

impl State {
    pub(super) fn new(options: Arc<PgConnectOptions>, patience: Duration) -> Self {
        Self { options: Some(options), patience, ..Self::default() }
    }
}

/// Begins, and asks in the same exchange who is there.
///
/// A question fixes what a transaction sees that sees the same throughout, and its body may want to take locks before that: such a
/// one is asked in a transaction before it, and for its number at the end.
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
    let is_fixed = terms.isolation > Some(Isolation::ReadCommitted);
    let asking = match (is_fixed, terms.is_read_only) {
        (true, _) => format!("BEGIN; {WHO}; END; {begin}"),
        (false, true) => format!("{begin}; {WHO}"),
        (false, false) => format!("{begin}; {WHO_AND_WHAT}"),
    };
    match ask(link, asking).await {
        Ok(Some(process)) => meet(link, process, is_fixed.then_some(begin)).await,
        Ok(None) => Ok(()),
        // Something that speaks as PostgreSQL does and has not its functions.
        Err(sqlx::Error::Database(_)) => {
            run(link, String::from("ROLLBACK")).await?;
            run(link, begin).await.map(drop)
        }
        Err(other) => Err(other),
    }
}

const WHO: &str = "SELECT pg_backend_pid()";
// A standby gives no numbers, so that this fails there; what only reads says so.
const WHO_AND_WHAT: &str = "SELECT pg_backend_pid(), pg_current_xact_id()";
const CLUSTER: &str =
    "SELECT (SELECT system_identifier FROM pg_control_system()) || ' ' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)";
// For those who may not ask for that.
const STARTED: &str = "SELECT pg_postmaster_start_time()::text";

/// Asks, and gives back the session's process if that was not met yet.
async fn ask(link: &mut Link<Postgres>, question: String) -> Result<Option<i32>, sqlx::Error> {
    let Some(row) = run(link, question).await? else { return Ok(None) };
    // The answers of this protocol are texts, whatever their types.
    let process = row.try_get_unchecked(0)?;
    if row.len() > 1 {
        link.state.transaction = Some(row.try_get_unchecked(1)?);
    }
    link.state.process = Some(process);
    let met = met().get(&process).cloned();
    let is_new = met.is_none();
    link.state.cluster = met.flatten();
    Ok(is_new.then_some(process))
}

/// Where the processes of sessions are that this program has met: so that each session asks once.
///
/// A process of the same number may be on another server later. What is known of it then is not what an answer says, which leaves
/// a transaction in doubt and does no harm. `None` where that is not told.
fn met() -> MutexGuard<'static, BTreeMap<i32, Option<Arc<str>>>> {
    static MET: Mutex<BTreeMap<i32, Option<Arc<str>>>> = Mutex::new(BTreeMap::new());
    MET.lock().unwrap_or_else(PoisonError::into_inner)
}

/// So many are kept.
const MANY: usize = 10_000;

/// Asks a session where it is. A transaction in which that would fix what it sees is begun again behind it.
async fn meet(link: &mut Link<Postgres>, process: i32, begin_again: Option<String>) -> Result<(), sqlx::Error> {
    run(link, String::from(if begin_again.is_some() { "ROLLBACK; BEGIN" } else { "SAVEPOINT weftwork_server" })).await?;
    let back = if begin_again.is_some() { "ROLLBACK; BEGIN" } else { "ROLLBACK TO weftwork_server" };
    let mut cluster = None;
    for question in [CLUSTER, STARTED] {
        match run(link, String::from(question)).await {
            Ok(row) => {
                cluster = row.map(|row| row.try_get::<String, _>(0)).transpose()?;
                break;
            }
            // Whoever may not ask goes on without.
            Err(sqlx::Error::Database(_)) => run(link, String::from(back)).await?,
            Err(other) => return Err(other),
        };
    }
    match begin_again {
        Some(begin) => run(link, format!("ROLLBACK; {begin}")).await?,
        None => run(link, String::from("ROLLBACK TO weftwork_server; RELEASE weftwork_server")).await?,
    };
    link.state.cluster = cluster.map(Arc::from);
    let mut met = met();
    if met.len() >= MANY {
        met.clear();
    }
    met.insert(process, link.state.cluster.clone());
    Ok(())
}

/// The same on a connection that was made to ask.
pub(super) async fn cluster(connection: &mut PgConnection) -> Result<String, sqlx::Error> {
    let row = match raw_sql(CLUSTER).fetch_one(&mut *connection).await {
        Err(sqlx::Error::Database(_)) => raw_sql(STARTED).fetch_one(connection).await?,
        other => other?,
    };
    row.try_get(0)
}

/// Asks for the transaction's number where that was not known at its beginning.
pub(super) async fn name_transaction(link: &mut Link<Postgres>) -> Result<(), sqlx::Error> {
    if link.state.is_read_only || link.state.transaction.is_some() || link.state.process.is_none() {
        return Ok(());
    }
    let row = run(link, String::from("SELECT pg_current_xact_id_if_assigned()::text")).await?;
    link.state.transaction = row.map(|row| row.try_get(0)).transpose()?.flatten();
    // One without a number has written nothing.
    link.state.is_read_only = link.state.transaction.is_none();
    Ok(())
}
