//! One part of a transaction: from where it begins or joins to where it ends.

use std::fmt;
use std::panic::Location;

use tokio::time::timeout;

use super::attempts::Call;
use super::body::Body;
use super::database::Database;
use super::error::{Cause, StatementError, TxError, tell, tell_text};
use super::hooks::TxOutcome;
use super::session::Session;
use super::tx::{Mark, Tx};
use crate::contracts::Ending;
use crate::policy::retry::retrying::{Next, Retrying};
use crate::scope::{About, What, grace_in_force};

/// What part of a transaction it is.
pub(super) enum Part<'t, Db: Database> {
    Whole {
        /// Where the connection is put behind a rollback.
        link: Option<&'t mut Option<Db::Link>>,
    },
    Joined(&'t mut Tx<Db>),
    Savepoint {
        outer: &'t mut Tx<Db>,
        number: usize,
    },
}

/// A transaction, a joined call or a savepoint. It owns the body's [`Tx`] and lends it, so that the body can not take it away.
///
/// Dropped before [`end`](Self::end), by a panic or a cancellation, it undoes its part.
pub struct Scope<'t, Db: Database> {
    /// What the body works on.
    pub tx: Tx<Db>,
    /// What is around it meanwhile.
    pub body: Body,
    call: Holder<'t>,
    mark: Mark,
    part: Part<'t, Db>,
}

/// The call that it belongs to.
#[allow(clippy::large_enum_variant, reason = "it stays where it is, and a savepoint needs no allocation for it")]
enum Holder<'t> {
    Lent(&'t mut Call),
    Own(Call),
}

/// How a part has ended.
struct Closed {
    result: Result<(), TxError>,
    /// The whole transaction is rolled back, and another run may succeed.
    is_transient: bool,
}

impl Closed {
    fn failed(error: TxError) -> Self {
        Self { result: Err(error), is_transient: false }
    }
}

/// Sets a savepoint.
#[track_caller]
pub fn savepoint<Db: Database>(tx: &mut Tx<Db>) -> impl Future<Output = Result<Scope<'_, Db>, TxError>> {
    let about = About { what: What::CleanUp, name: "savepoint!".into(), place: Location::caller(), grace: None };
    async move {
        let number = Box::pin(tx.session()?.set_savepoint()).await?;
        let session = tx.lend()?;
        let body = Body { function: "savepoint!", shares: [None; 2], attempt: None, limit: None };
        let (inner, mark) = Tx::enter(session);
        let call = Holder::Own(Call::part("savepoint!", about));
        Ok(Scope { tx: inner, body, call, mark, part: Part::Savepoint { outer: tx, number } })
    }
}

impl<'t, Db: Database> Scope<'t, Db> {
    pub(super) fn new(call: &'t mut Call, body: Body, session: Box<Session<Db>>, part: Part<'t, Db>) -> Self {
        let (tx, mark) = Tx::enter(session);
        Self { tx, body, call: Holder::Lent(call), mark, part }
    }

    /// Ends this part as the body's `result` says.
    pub async fn end<R>(self, ending: Ending<R>, result: R) -> R {
        self.end_as(ending.is_ok(&result), ending, result).await
    }

    /// Ends this part, whose changes are kept or not.
    pub async fn end_as<R>(mut self, commits: bool, ending: Ending<R>, result: R) -> R {
        let why = self.why(commits, &ending, &result);
        let closed = Box::pin(self.close(commits, why)).await;
        conclude(&self.call().about, commits, &ending, result, closed.result)
    }

    /// Ends an attempt as the body's `result` says.
    pub async fn end_or_again<R>(self, ending: Ending<R>, result: R) -> Next<R> {
        self.end_as_or_again(ending.is_ok(&result), ending, result).await
    }

    /// Ends an attempt, whose changes are kept or not.
    pub async fn end_as_or_again<R>(mut self, commits: bool, ending: Ending<R>, result: R) -> Next<R> {
        let why = self.why(commits, &ending, &result);
        let closed = Box::pin(self.close(commits, why)).await;
        if closed.is_transient && !(ending.is_ok(&result) && closed.result.is_ok()) {
            if let Some(pause) = self.call().retrying.as_mut().and_then(Retrying::again) {
                return Next::Again(pause);
            }
        }
        Next::Done(conclude(&self.call().about, commits, &ending, result, closed.result))
    }

    /// Ends this part since its time is over.
    pub async fn expire<R>(mut self, ending: Ending<R>, error: TxError) -> R {
        let why = Some(error.to_string());
        // One that is not answered goes on in a task: nobody waits longer for it than for a clean-up.
        if let Ok(Closed { result: Err(error), .. }) = timeout(grace_in_force(), Box::pin(self.close(false, why))).await {
            tell(&self.call().about, COULD_NOT_ROLL_BACK, &error);
        }
        ending.failed(error)
    }

    fn call(&mut self) -> &mut Call {
        match &mut self.call {
            Holder::Lent(call) => call,
            Holder::Own(call) => call,
        }
    }

    /// What a joined call has failed with. The result itself is not looked at where something is awaited: it need not be `Sync`.
    fn why<R>(&self, commits: bool, ending: &Ending<R>, result: &R) -> Option<String> {
        if !commits && matches!(self.part, Part::Joined(_)) { ending.text(result) } else { None }
    }

    async fn close(&mut self, commits: bool, why: Option<String>) -> Closed {
        if commits && matches!(self.part, Part::Whole { .. }) {
            if let Err(error) = self.before_commit().await {
                let closed = self.close_part(false, None).await;
                if let Err(error) = closed.result {
                    tell(&self.call().about, COULD_NOT_ROLL_BACK, &error);
                }
                return Closed { result: Err(error), is_transient: closed.is_transient };
            }
        }
        self.close_part(commits, why).await
    }

    async fn close_part(&mut self, commits: bool, why: Option<String>) -> Closed {
        let Some(session) = self.tx.leave(self.mark) else { return Closed::failed(TxError::Escaped) };
        match &mut self.part {
            Part::Whole { link } => {
                let ended = session.end(commits).await;
                let can_begin = link.is_none() || ended.link.is_some();
                if let Some(place) = link {
                    **place = ended.link;
                }
                let is_transient = can_begin && ended.is_transient && ended.outcome == TxOutcome::RolledBack;
                Closed { result: ended.result, is_transient }
            }
            Part::Joined(outer) => {
                join(outer, session, self.body.function, commits, why);
                Closed { result: Ok(()), is_transient: false }
            }
            Part::Savepoint { outer, number } => {
                // The session is back where it belongs before anything is awaited: this may be dropped.
                outer.take_back(session);
                let settled = match outer.session() {
                    Ok(session) if commits => session.release(*number).await,
                    Ok(session) => session.undo_savepoint(*number).await,
                    Err(error) => Err(error),
                };
                Closed { result: settled, is_transient: false }
            }
        }
    }

    /// What runs before the commit, as a part of the body.
    async fn before_commit(&mut self) -> Result<(), TxError> {
        while let Some(hook) = self.tx.session()?.hooks.next_before() {
            let run = self.body.run_in_time(hook(&mut self.tx)).await;
            run?.map_err(TxError::BeforeCommit)?;
        }
        Ok(())
    }
}

/// The end of a joined call.
fn join<Db: Database>(
    outer: &mut Tx<Db>,
    mut session: Box<Session<Db>>,
    function: &'static str,
    succeeded: bool,
    why: Option<String>,
) {
    if !succeeded {
        session.doom(function, why.map(|why| StatementError::text(why) as Cause));
    }
    outer.take_back(session);
}

impl<Db: Database> Drop for Scope<'_, Db> {
    fn drop(&mut self) {
        // Ended already, or the session is nobody's.
        let Some(mut session) = self.tx.leave(self.mark) else { return };
        match &mut self.part {
            // It rolls back.
            Part::Whole { .. } => drop(session),
            Part::Joined(outer) => join(outer, session, self.body.function, false, None),
            Part::Savepoint { outer, number } => {
                session.undo_later(*number);
                outer.take_back(session);
            }
        }
    }
}

impl<Db: Database> fmt::Debug for Scope<'_, Db> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").field("body", &self.body).finish_non_exhaustive()
    }
}

const COULD_NOT_ROLL_BACK: &str = "failed, and could not be rolled back";

/// What the caller gets. Of a body that failed that is its own error, unless it was to be committed all the same and was not.
fn conclude<R>(about: &About, commits: bool, ending: &Ending<R>, result: R, ended: Result<(), TxError>) -> R {
    match ended {
        Ok(()) => result,
        // Rolled back is what is said of one that is, and what was ended from inside may be committed.
        Err(error) if commits || matches!(error, TxError::EndedInside) => {
            if !ending.is_ok(&result) {
                let why = ending.text(&result).unwrap_or_else(|| String::from("an error"));
                let what =
                    if commits { "was to be committed although it returned `Err`, and was not" } else { "was ended from inside" };
                tell_text(about, &format!("{what}. Its error is hidden by that of the commit: {why}"));
            }
            ending.failed(error)
        }
        Err(error) => {
            tell(about, COULD_NOT_ROLL_BACK, &error);
            result
        }
    }
}
