//! What is done on a connection of its own: asking what became of a COMMIT, and ending a statement.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, Postgres, Row, raw_sql};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::server::{self, Server, State};
use crate::transaction::database::NotCommitted;
use crate::transaction::driver::{Link, code};

/// How long to wait for a connection that is to end a statement: what it would free is free when the statement ends.
const TO_CANCEL: Duration = Duration::from_secs(5);
/// Between two questions.
const PAUSES: [Duration; 2] = [Duration::from_millis(10), Duration::from_secs(1)];

/// The connection was lost while COMMIT was under way.
pub(super) async fn resolve(link: &mut Link<Postgres>, cause: sqlx::Error) -> Result<(), NotCommitted<sqlx::Error>> {
    let state = &mut link.state;
    state.is_lost = true;
    if state.is_read_only {
        return Err(NotCommitted::RolledBack(cause));
    }
    let unknown = |cause| Err(NotCommitted::Unknown { cause, id: state.transaction.clone() });
    let (Some(options), Some(id), Some(server)) = (&state.options, &state.transaction, &state.server) else {
        return unknown(cause);
    };
    match outcome(options, id, server, state.patience).await {
        Some(Fate::Committed) => Ok(()),
        Some(Fate::Aborted) => Err(NotCommitted::RolledBack(cause)),
        None => unknown(cause),
    }
}

enum Fate {
    Committed,
    Aborted,
}

/// Asks as long as a connection of the pool would be waited for.
async fn outcome(options: &PgConnectOptions, id: &str, server: &Server, patience: Duration) -> Option<Fate> {
    let end = Instant::now().checked_add(patience);
    let [mut pause, longest] = PAUSES;
    loop {
        let asked = async { ask(options, id, server).await };
        let answer = match end {
            Some(end) => timeout_at(end, asked).await.ok()?,
            None => asked.await,
        };
        match answer {
            Ok(Answer::Is(fate)) => return Some(fate),
            Ok(Answer::Never) => return None,
            // The server may be about to start, or not have noticed yet that the session is gone.
            Ok(Answer::NotYet) | Err(_) => {}
        }
        if end.is_some_and(|end| Instant::now() + pause > end) {
            return None;
        }
        sleep(pause).await;
        pause = longest.min(pause * 2);
    }
}

/// `invalid_parameter_value`
const IN_THE_FUTURE: &str = "22023";

enum Answer {
    Is(Fate),
    NotYet,
    /// It is too long ago, or another server's.
    Never,
}

async fn ask(options: &PgConnectOptions, id: &str, server: &Server) -> Result<Answer, sqlx::Error> {
    let mut connection = options.connect().await?;
    let answer = async {
        let now = server::on(&mut connection).await?;
        if !now.counts_with(server) {
            return Ok(Answer::Never);
        }
        let is_same = now.has_run_since(server);
        // A number that the server itself has given.
        let question = format!("SELECT pg_xact_status('{id}'::xid8)");
        let status = match connection.fetch_one(raw_sql(AssertSqlSafe(question))).await {
            // It was never written down, and is still to be given: so nothing was committed with it.
            Err(error) if !is_same && code(&error).as_deref() == Some(IN_THE_FUTURE) => return Ok(Answer::Is(Fate::Aborted)),
            row => row?.try_get::<Option<String>, _>(0)?,
        };
        Ok(match status.as_deref() {
            Some("committed") if is_same => Answer::Is(Fate::Committed),
            // After a crash the number may have been given again. Only one of which nothing was committed is given again.
            Some("committed") | None => Answer::Never,
            Some("aborted") => Answer::Is(Fate::Aborted),
            Some(_) if is_same => Answer::NotYet,
            Some(_) => Answer::Is(Fate::Aborted),
        })
    };
    let answer = answer.await;
    drop(connection.close().await);
    answer
}

/// Ends the statement that the session runs.
pub(super) fn cancel(state: &State) -> impl Future<Output = ()> + Send + 'static {
    let (options, process) = (state.options.as_ref().map(Arc::clone), state.process);
    async move {
        let (Some(options), Some(process)) = (options, process) else { return };
        // Where that is impossible the statement runs to its end.
        let Ok(Ok(mut connection)) = timeout(TO_CANCEL, options.connect()).await else { return };
        let cancel = format!("SELECT pg_cancel_backend({process})");
        drop(connection.execute(raw_sql(AssertSqlSafe(cancel))).await);
        drop(connection.close().await);
    }
}
