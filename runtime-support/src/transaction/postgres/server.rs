//! What is known of a session, and of the server that it is on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::{Connection, PgConnection, Postgres, Row, raw_sql};

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
    /// Whose numbers these are. `None` where that is not told.
    pub(super) server: Option<Arc<Server>>,
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

/// A server, and what its transactions' numbers are numbers of.
#[derive(Debug)]
pub(super) struct Server {
    /// When it was started, as a session writes it. One that has crashed gives numbers again that nothing is left of.
    started: String,
    /// The cluster and its timeline: they stay over restarts, and are others after a failover. Not everybody may ask for that.
    cluster: Option<String>,
}

impl Server {
    /// Whether a number means the same transaction on both.
    pub(super) fn counts_with(&self, other: &Self) -> bool {
        self.started == other.started || self.cluster.is_some() && self.cluster == other.cluster
    }

    /// Whether it has not started again in between. One that has crashed gives numbers again of which nothing was left.
    pub(super) fn has_run_since(&self, other: &Self) -> bool {
        self.started == other.started
    }

    fn of(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self { started: row.try_get(0)?, cluster: row.try_get(1)? })
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
    let place = link.state.options.as_ref().map_or(0, |options| Arc::as_ptr(options).addr());
    let is_fixed = match terms.isolation {
        Some(isolation) => isolation > Isolation::ReadCommitted,
        None => known().strict.contains(&place),
    };
    let mut who = String::from("SELECT pg_backend_pid()");
    if !is_fixed && !terms.is_read_only {
        // A standby gives no numbers, so that this fails there; what only reads says so.
        who.push_str(", pg_current_xact_id()");
    }
    if link.connection().cached_statements_size() == 0 {
        // The connection is likely to be a new one, and the server to be known.
        who.push_str(", pg_postmaster_start_time(), current_setting('transaction_isolation')");
    }
    let asking = if is_fixed { format!("BEGIN; {who}; END; {begin}") } else { format!("{begin}; {who}") };
    match ask(link, asking).await {
        Ok(Asked { is_strict: true, .. }) if !is_fixed => again(link, place, begin).await,
        Ok(Asked { met: None, .. }) => Ok(()),
        Ok(Asked { met: Some(met), .. }) => {
            let is_strict = meet(link, met, is_fixed.then_some(&begin)).await?;
            if is_strict && !is_fixed && terms.isolation.is_none() { again(link, place, begin).await } else { Ok(()) }
        }
        // Something that speaks as PostgreSQL does and has not its functions.
        Err(sqlx::Error::Database(_)) => {
            run(link, String::from("ROLLBACK")).await?;
            run(link, begin).await.map(drop)
        }
        Err(other) => Err(other),
    }
}

/// It is the role's or the database's own isolation by which the question has fixed what the transaction sees: begins again without one.
async fn again(link: &mut Link<Postgres>, place: usize, begin: String) -> Result<(), sqlx::Error> {
    known().strict.insert(place);
    link.state.transaction = None;
    run(link, format!("ROLLBACK; {begin}")).await.map(drop)
}

const SERVER: &str = "SELECT pg_postmaster_start_time()::text, \
     (SELECT system_identifier FROM pg_control_system()) || ' ' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8), \
     current_setting('transaction_isolation')";
// For those who may not ask for that.
const STARTED: &str = "SELECT pg_postmaster_start_time()::text, NULL, current_setting('transaction_isolation')";

/// Whether a transaction of this isolation sees the same throughout.
fn is_strict(isolation: &str) -> bool {
    !isolation.starts_with("read ")
}

struct Asked {
    /// The session, if it is not known yet.
    met: Option<Met>,
    /// It sees the same throughout, although that was not asked for.
    is_strict: bool,
}

struct Met {
    process: i32,
    started: Option<String>,
}

async fn ask(link: &mut Link<Postgres>, question: String) -> Result<Asked, sqlx::Error> {
    let Some(row) = run(link, question).await? else { return Ok(Asked { met: None, is_strict: false }) };
    // The answers of this protocol are texts, whatever their types.
    let process = row.try_get_unchecked(0)?;
    link.state.process = Some(process);
    link.state.transaction = row.try_get_unchecked("pg_current_xact_id").ok();
    let started: Option<String> = row.try_get_unchecked("pg_postmaster_start_time").ok();
    let mut known = known();
    let server = match &started {
        None => known.sessions.get(&process).cloned(),
        // A new one, whatever the last one of this number was.
        Some(started) => known.servers.get(started).cloned().inspect(|server| known.keep(process, server)),
    };
    let is_new = server.is_none();
    link.state.server = server.flatten();
    let is_strict = row.try_get_unchecked("current_setting").is_ok_and(is_strict);
    Ok(Asked { met: is_new.then_some(Met { process, started }), is_strict })
}

/// Where sessions and servers are that this program has met.
///
/// A process of the same number may be on another server later. What is known of it then is not what an answer says, which leaves
/// a transaction in doubt and does no harm. `None` where that is not told.
struct Known {
    /// By the number of the process.
    sessions: BTreeMap<i32, Option<Arc<Server>>>,
    /// By their start.
    servers: BTreeMap<String, Option<Arc<Server>>>,
    /// The ways to connect, by where they are kept, whose transactions see the same throughout unless they ask for less. One that is
    /// gone and stood where another one is costs that an exchange.
    strict: BTreeSet<usize>,
}

impl Known {
    fn keep(&mut self, process: i32, server: &Option<Arc<Server>>) {
        const MANY: usize = 10_000;
        if self.sessions.len() >= MANY {
            self.sessions.clear();
        }
        self.sessions.insert(process, server.clone());
    }
}

fn known() -> MutexGuard<'static, Known> {
    static KNOWN: Mutex<Known> =
        Mutex::new(Known { sessions: BTreeMap::new(), servers: BTreeMap::new(), strict: BTreeSet::new() });
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Asks a session where it is, and how its transactions are isolated by default. One in which that would fix what it sees is begun
/// again behind it.
async fn meet(link: &mut Link<Postgres>, met: Met, begin_again: Option<&String>) -> Result<bool, sqlx::Error> {
    let (before, back) = match begin_again {
        Some(_) => ("ROLLBACK; BEGIN", "ROLLBACK; BEGIN"),
        None => ("SAVEPOINT weftwork_server", "ROLLBACK TO weftwork_server"),
    };
    run(link, String::from(before)).await?;
    let (mut server, mut isolation) = (None, String::new());
    for question in [SERVER, STARTED] {
        match run(link, String::from(question)).await {
            Ok(Some(row)) => {
                isolation = row.try_get(2)?;
                server = Some(Arc::new(Server::of(&row)?));
                break;
            }
            // Whoever may not ask goes on without.
            Ok(None) | Err(sqlx::Error::Database(_)) => run(link, String::from(back)).await?,
            Err(other) => return Err(other),
        };
    }
    match begin_again {
        Some(begin) => run(link, format!("ROLLBACK; {begin}")).await?,
        None => run(link, String::from("ROLLBACK TO weftwork_server; RELEASE weftwork_server")).await?,
    };
    let mut known = known();
    known.keep(met.process, &server);
    known.servers.extend(met.started.map(|started| (started, server.clone())));
    link.state.server = server;
    Ok(is_strict(&isolation) && !isolation.is_empty())
}

/// The server on a connection that was made to ask.
pub(super) async fn on(connection: &mut PgConnection) -> Result<Server, sqlx::Error> {
    let row = match raw_sql(SERVER).fetch_one(&mut *connection).await {
        Err(sqlx::Error::Database(_)) => raw_sql(STARTED).fetch_one(connection).await?,
        other => other?,
    };
    Server::of(&row)
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
