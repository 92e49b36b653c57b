//! What runs around the end of a transaction.

use std::fmt;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;

use super::database::Database;
use super::error::{Cause, tell, tell_text};
use super::tx::Tx;

use crate::report::panic_message;
use crate::scope::About;
use crate::task::{Told, caught};

/// How a transaction has ended: what a hook of [`after_completion`](crate::Tx::after_completion) is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TxOutcome {
    /// What was done in it is there.
    Committed,
    /// Nothing of it is.
    RolledBack,
    /// The reply to COMMIT was lost, and the server could not be asked.
    Unknown,
}

type Boxed<'b, T> = Pin<Box<dyn Future<Output = T> + Send + 'b>>;
type Failure = Option<Box<dyn std::error::Error + Send + Sync>>;
type Before<Db> = Box<dyn for<'t> FnOnce(&'t mut Tx<Db>) -> Boxed<'t, Result<(), Cause>> + Send>;
type Completion = Box<dyn FnOnce(TxOutcome) -> Boxed<'static, Failure> + Send>;

enum After {
    Commit(Boxed<'static, Failure>),
    Completion {
        hook: Completion,
        /// The savepoint that it was registered in is undone.
        is_undone: bool,
    },
}

/// The hooks of a transaction, in the order of their registration.
pub(super) struct Hooks<Db: Database> {
    before: Vec<Before<Db>>,
    after: Vec<After>,
    /// How many there were of each when each savepoint was set that stands.
    marks: Vec<(usize, usize)>,
}

impl<Db: Database> Hooks<Db> {
    pub(super) fn new() -> Self {
        Self { before: Vec::new(), after: Vec::new(), marks: Vec::new() }
    }

    pub(super) fn before_commit(&mut self, hook: Before<Db>) {
        self.before.push(hook);
    }

    pub(super) fn after_commit<F: Future<Output: Told> + Send + 'static>(&mut self, hook: F) {
        self.after.push(After::Commit(Box::pin(async { hook.await.into_failure() })));
    }

    pub(super) fn after_completion<H, F>(&mut self, hook: H)
    where
        H: FnOnce(TxOutcome) -> F + Send + 'static,
        F: Future<Output: Told> + Send + 'static,
    {
        let hook: Completion = Box::new(|outcome| {
            let hook = hook(outcome);
            Box::pin(async { hook.await.into_failure() })
        });
        self.after.push(After::Completion { hook, is_undone: false });
    }

    /// The next one that is to run before the commit.
    pub(super) fn next_before(&mut self) -> Option<Before<Db>> {
        if self.before.is_empty() { None } else { Some(self.before.remove(0)) }
    }

    pub(super) fn set_savepoint(&mut self) {
        self.marks.push((self.before.len(), self.after.len()));
    }

    /// Forgets that savepoint `number` was set, and those in it.
    pub(super) fn release(&mut self, number: usize) {
        self.marks.truncate(number - 1);
    }

    /// Drops what was registered since savepoint `number`. Those who want to know how it ends are told that it was undone.
    pub(super) fn undo(&mut self, number: usize, about: &About) {
        let Some(&(before, after)) = self.marks.get(number - 1) else { return };
        self.release(number);
        for unused in self.before.split_off(before) {
            drop_unused(unused, about);
        }
        for undone in self.after.split_off(after) {
            match undone {
                After::Commit(unused) => drop_unused(unused, about),
                After::Completion { hook, .. } => self.after.push(After::Completion { hook, is_undone: true }),
            }
        }
    }

    pub(super) fn take(&mut self) -> Self {
        mem::replace(self, Self::new())
    }

    /// Runs those that this outcome concerns, one after the other. What goes wrong in one is told, and the next one runs.
    pub(super) async fn run(self, outcome: TxOutcome, about: &About) {
        for unused in self.before {
            drop_unused(unused, about);
        }
        for after in self.after {
            let hook = match after {
                After::Commit(hook) if outcome == TxOutcome::Committed => hook,
                After::Commit(unused) => {
                    drop_unused(unused, about);
                    continue;
                }
                After::Completion { hook, is_undone } => {
                    let outcome = if is_undone { TxOutcome::RolledBack } else { outcome };
                    Box::pin(async move { hook(outcome).await })
                }
            };
            let ended = caught(hook).await;
            match ended.output {
                Ok(None) => {}
                Ok(Some(error)) => tell(about, "is over, and a hook behind it failed", &*error),
                Err(payload) => {
                    tell_text(about, &format!("is over, and a hook behind it panicked: {}", panic_message(&*payload)));
                }
            }
            if let Some(payload) = ended.in_drop {
                tell_text(
                    about,
                    &format!("is over, and a hook behind it panicked when it was dropped: {}", panic_message(&*payload)),
                );
            }
        }
    }
}

/// Drops a hook that does not run. That it panics must neither hide how the transaction went nor keep others from running.
fn drop_unused<T>(hook: T, about: &About) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(hook))) {
        let message = panic_message(&*payload);
        tell_text(about, &format!("did not run a hook, which panicked when it was dropped: {message}"));
    }
}

impl<Db: Database> fmt::Debug for Hooks<Db> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks").field("before", &self.before.len()).field("after", &self.after.len()).finish_non_exhaustive()
    }
}
