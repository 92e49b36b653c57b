//! What is known of a session, and of the server that it is on.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
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
    /// What its numbers are numbers of: the cluster and its timeline. They stay over restarts, and are others after a failover.
    pub(super) cluster: Option<Arc<str>>,
    pub(super) is_read_only: bool,
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
/// one is asked outside of it, and for its number at the end.
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
    if terms.isolation > Some(Isolation::ReadCommitted) {
        if link.state.process.is_none() {
            ask(link, WHO.to_owned(), false).await.or_else(unanswered)?;
        }
        return run(link, begin).await.map(drop);
    }
    let question = if terms.is_read_only { WHO } else { WHO_AND_WHAT };
    match ask(link, format!("{begin}; {question}"), true).await {
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

const WHO: &str = "SELECT pg_backend_pid()";
// A standby gives no numbers, so that this fails there; what only reads says so.
const WHO_AND_WHAT: &str = "SELECT pg_backend_pid(), pg_current_xact_id()";
const WHERE: &str =
    "SELECT (SELECT system_identifier FROM pg_control_system()) || ' ' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)";

async fn ask(link: &mut Link<Postgres>, question: String, is_inside: bool) -> Result<(), sqlx::Error> {
    let Some(row) = run(link, question).await? else { return Ok(()) };
    // The answers of this protocol are texts, whatever their types.
    let process = row.try_get_unchecked(0)?;
    if row.len() > 1 {
        link.state.transaction = Some(row.try_get_unchecked(1)?);
    }
    link.state.process = Some(process);
    link.state.cluster = met(link, process, is_inside).await?;
    Ok(())
}

/// Where the processes of sessions are that this program has met: so that each session asks once.
///
/// A process of the same number may be on another server later. What is known of it then is not what an answer says, which leaves
/// a transaction in doubt and does no harm.
static MET: Mutex<BTreeMap<i32, Option<Arc<str>>>> = Mutex::new(BTreeMap::new());
/// So many are kept.
const MANY: usize = 10_000;

async fn met(link: &mut Link<Postgres>, process: i32, is_inside: bool) -> Result<Option<Arc<str>>, sqlx::Error> {
    let met = || MET.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(cluster) = met().get(&process) {
        return Ok(cluster.clone());
    }
    // Whoever may not ask goes on without; inside of a transaction that would be its end.
    if is_inside {
        run(link, String::from("SAVEPOINT weftwork_server")).await?;
    }
    let answer = run(link, WHERE.to_owned()).await;
    if is_inside {
        run(link, String::from("ROLLBACK TO weftwork_server; RELEASE weftwork_server")).await?;
    }
    let cluster = match answer {
        Ok(row) => row.map(|row| row.try_get::<String, _>(0)).transpose()?.map(Arc::from),
        Err(error) => unanswered(error).map(|()| None)?,
    };
    let mut met = met();
    if met.len() >= MANY {
        met.clear();
    }
    met.insert(process, cluster.clone());
    Ok(cluster)
}

/// The same on a connection that was made to ask.
pub(super) async fn cluster(connection: &mut PgConnection) -> Result<String, sqlx::Error> {
    raw_sql(WHERE).fetch_one(connection).await?.try_get(0)
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
