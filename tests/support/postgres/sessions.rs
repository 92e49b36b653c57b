//! What the server itself says about its sessions.

use std::fmt;
use std::time::{Duration, Instant};

use sqlx::{FromRow, PgConnection};

/// How long a state may take to come about, on the slowest machine.
const LIMIT: Duration = Duration::from_secs(60);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(2);

/// A connection as the server sees it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Session {
    /// The process that serves it.
    pub pid: i32,
    /// What it calls itself.
    pub application_name: String,
    /// `active`, `idle`, `idle in transaction` or `idle in transaction (aborted)`.
    pub state: String,
    /// The text of the last statement.
    pub query: String,
    /// The transaction's id, once it has written something.
    pub xid: Option<String>,
    /// What it waits for, `Lock` for example.
    pub waits_for: Option<String>,
}

impl Session {
    /// Whether it has begun a transaction and is not in a statement.
    #[must_use]
    pub fn is_in_transaction(&self) -> bool {
        self.state.starts_with("idle in transaction")
    }

    /// Whether it runs a statement whose text contains this.
    #[must_use]
    pub fn is_running(&self, text: &str) -> bool {
        self.state == "active" && self.query.contains(text)
    }

    /// Whether it waits for a lock.
    #[must_use]
    pub fn waits_for_lock(&self) -> bool {
        self.waits_for.as_deref() == Some("Lock")
    }
}

/// The sessions of the connection's database but its own, in order of their beginning.
pub async fn sessions(connection: &mut PgConnection) -> Vec<Session> {
    // A session that has only just come has no state yet.
    sqlx::query_as(
        "SELECT pid, application_name, coalesce(state, '') AS state, query, backend_xid::text AS xid, wait_event_type AS waits_for \
         FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend' \
         ORDER BY backend_start, pid",
    )
    .fetch_all(connection)
    .await
    .unwrap()
}

/// Looks at the sessions until they are as wanted, and gives them back.
///
/// # Panics
/// If that takes longer than a minute.
pub async fn until(connection: &mut PgConnection, what: &str, mut is_so: impl FnMut(&[Session]) -> bool) -> Vec<Session> {
    let start = Instant::now();
    loop {
        let all = sessions(connection).await;
        if is_so(&all) {
            return all;
        }
        assert!(start.elapsed() < LIMIT, "waited in vain: {what}\n{}", Listed(&all));
        tokio::time::sleep(PAUSE).await;
    }
}

/// A session to a line.
struct Listed<'a>(&'a [Session]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|session| writeln!(f, "  {session:?}"))
    }
}
