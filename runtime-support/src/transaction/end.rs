//! How a transaction ends. All of this runs to its end: where its caller is cancelled, a task goes on with it.

use std::future::{Future, poll_fn};
use std::mem;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::time::sleep;

use super::database::{Database, NotCommitted, Severity};
use super::error::{TxError, tell};
use super::held::{Due, Outcome};
use super::hooks::TxOutcome;
use super::session::{EndedByItself, Over, Place, Session};
use super::unbroken::Unbroken;
use crate::policy::event;
use crate::policy::retry::retrying::Retrying;

pub(super) const ROLLBACK: &str = "ROLLBACK";

/// How long a statement that was dropped may still run before a rollback ends it on the server.
const PATIENCE: Duration = Duration::from_millis(100);

/// What has become of a transaction.
pub(super) struct Ended<Db: Database> {
    /// Whether it went as it was asked for.
    pub(super) result: Result<(), TxError>,
    pub(super) outcome: TxOutcome,
    /// Another run may succeed.
    pub(super) is_transient: bool,
    /// The connection, if it is asked back.
    pub(super) link: Option<Db::Link>,
}

impl<Db: Database> Session<Db> {
    /// Commits, or rolls back. Cut, it goes on all the same.
    pub(super) async fn end(mut self: Box<Self>, commits: bool) -> Ended<Db> {
        // From here on this sees to the rest itself.
        self.is_open = false;
        let (about, runtime) = (self.origin.about.clone(), self.runtime().clone());
        let told = about.clone();
        let ending = Unbroken::new(about, runtime, self.finish(commits), move |ended: Ended<Db>| async move {
            if let Err(error) = &ended.result {
                tell(&told, if commits { "of a cancelled call could not commit" } else { "could not be rolled back" }, error);
            }
        });
        ending.await
    }

    async fn finish(mut self: Box<Self>, commits: bool) -> Ended<Db> {
        let mut ended = if commits { self.commit().await } else { self.roll_back().await };
        event::ended(ended.outcome, self.origin.function, self.origin.attempt, self.begun);
        let hooks = self.hooks.take();
        // Before the hooks, unless another attempt needs it.
        if !self.origin.keeps_link || !ended.is_transient {
            drop(ended.link.take());
        }
        hooks.run(ended.outcome, &self.origin.about).await;
        ended
    }

    /// Nobody has ended it.
    pub(super) async fn abandoned(mut self) {
        self.origin.keeps_link = false;
        let about = self.origin.about.clone();
        if let Err(error) = Box::new(self).finish(false).await.result {
            tell(&about, "was abandoned and could not be rolled back, its connection is closed", &error);
        }
    }

    async fn commit(&mut self) -> Ended<Db> {
        if let Err(refused) = self.prepare_to_end().await {
            return self.refused(refused.at_commit()).await;
        }
        if let Some(doom) = self.doom.take() {
            return self.refused(doom.error()).await;
        }
        // A database that is busy may let it through later, and the body has not to run again for that.
        let mut retrying = Retrying::new(Some(self.origin.function), self.origin.retry);
        loop {
            let Ok(held) = self.here() else { return self.refused(TxError::lost(Over)).await };
            match Db::commit(held.link()).await {
                Ok(()) => return self.over(Ok(()), TxOutcome::Committed).await,
                Err(NotCommitted::Open(error)) => {
                    let pause = if Db::is_repeatable(&error) { retrying.again() } else { None };
                    match pause {
                        Some(pause) => pause.over().await,
                        None => {
                            // All its attempts were made here.
                            self.is_transient = false;
                            return self.refused(TxError::lost(error).at_commit()).await;
                        }
                    }
                }
                Err(NotCommitted::RolledBack(error)) => {
                    let is_lost = Db::severity(&error) == Severity::Connection;
                    let is_transient = is_lost || Db::is_repeatable(&error);
                    let refused = TxError::lost(error).at_commit();
                    if is_lost {
                        self.lose(refused.clone());
                    }
                    self.is_transient = is_transient;
                    return self.over(Err(refused), TxOutcome::RolledBack).await;
                }
                Err(NotCommitted::Ended) => {
                    self.is_transient = false;
                    return self.over(Err(TxError::EndedInside), TxOutcome::Unknown).await;
                }
                Err(NotCommitted::Unknown { cause, id }) => {
                    let TxError::Lost(cause) = TxError::lost(cause) else { unreachable!("it was made so") };
                    let unknown = TxError::Unknown { cause, id };
                    self.lose(unknown.clone());
                    return self.over(Err(unknown), TxOutcome::Unknown).await;
                }
            }
        }
    }

    /// It was to be committed and can not be. The cause is what the caller wants to know.
    async fn refused(&mut self, refused: TxError) -> Ended<Db> {
        let ended = self.roll_back().await;
        if let (Err(error), false) = (&ended.result, matches!(self.place, Place::Lost(_))) {
            tell(&self.origin.about, "could not commit, and could not be rolled back either", error);
        }
        Ended { result: Err(refused), ..ended }
    }

    /// Whatever comes of it, nothing of the transaction is committed.
    async fn roll_back(&mut self) -> Ended<Db> {
        self.undo.clear();
        self.interrupt().await;
        self.settle().await;
        let due = self.due_at_rollback();
        let result = match mem::replace(&mut self.place, Place::Ended) {
            Place::Here(mut held) => match held.run(Due { statements: vec![ROLLBACK.to_owned()], ..due }).await {
                Outcome::Failed(error) => Err(error),
                Outcome::EndedInside => Err(TxError::EndedInside),
                Outcome::Done | Outcome::Ended | Outcome::Stuck(_) => {
                    self.place = Place::Here(held);
                    Ok(())
                }
            },
            Place::Ended | Place::Away(..) => Ok(()),
            Place::Lost(error) => {
                self.lose(error.clone());
                // It is rolled back, and whoever sent the statement that found it lost knows why.
                Ok(())
            }
        };
        if let Err(error) = &result {
            self.lose(error.clone());
        }
        let is_sure = !matches!(self.place, Place::Lost(TxError::EndedInside));
        self.over(result, if is_sure { TxOutcome::RolledBack } else { TxOutcome::Unknown }).await
    }

    /// Gives the connection back, outside of a transaction.
    async fn over(&mut self, result: Result<(), TxError>, outcome: TxOutcome) -> Ended<Db> {
        let link = match mem::replace(&mut self.place, Place::Lost(TxError::lost(Over))) {
            Place::Here(held) => held.let_go().await,
            _ => None,
        };
        Ended { result, outcome, is_transient: self.is_transient, link }
    }

    /// What [`prepare`](Self::prepare) does, where nothing can be cut any more.
    async fn prepare_to_end(&mut self) -> Result<(), TxError> {
        self.settle().await;
        if let Some(due) = self.due() {
            self.here()?;
            let Place::Here(mut held) = mem::replace(&mut self.place, Place::Ended) else {
                return Err(TxError::lost(EndedByItself));
            };
            let outcome = held.run(due).await;
            let failed = if let Outcome::Failed(error) = &outcome { Some(error.clone()) } else { None };
            self.back(held, outcome).await;
            if let Some(error) = failed {
                self.lose(error.clone());
                return Err(error);
            }
        }
        self.stands()
    }

    /// Ends a statement on the server that was dropped and still runs: its locks would be kept as long.
    async fn interrupt(&mut self) {
        if !Db::INTERRUPTS || !self.is_unsettled {
            return;
        }
        let Place::Here(held) = &mut self.place else { return };
        let interrupt = Db::interrupt(held.link());
        // How the statement went is nobody's business any more.
        let is_settled = {
            let (mut settled, mut patience) = (pin!(Db::settle(held.link())), pin!(sleep(PATIENCE)));
            poll_fn(|cx| match settled.as_mut().poll(cx) {
                Poll::Ready(_) => Poll::Ready(true),
                Poll::Pending => patience.as_mut().poll(cx).map(|()| false),
            })
            .await
        };
        if !is_settled {
            interrupt.await;
        }
    }
}
