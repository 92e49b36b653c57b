//! Control statements that run to their end, whatever happens to whoever awaits them.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::database::Database;
use super::error::{TxError, tell};
use crate::scope::{About, Scope, hand_over};

/// How control statements went.
pub(super) enum Outcome {
    Done,
    /// The database had ended the transaction on its own before: nothing was sent, and the connection is clean.
    Ended,
    Failed(TxError),
}

/// What comes back from statements that were cut.
pub(super) enum Back<Db: Database> {
    Held(Held<Db>),
    Ended,
    Lost(TxError),
}

/// Statements that belong together.
#[derive(Default)]
pub(super) struct Control {
    /// Whether to ask first if the transaction is still open. Asking can not be cut either: a database that can tell only by
    /// trying to begin would otherwise be left in a transaction that looks like ours.
    pub(super) doubtful: bool,
    pub(super) statements: Vec<String>,
    /// What undoes them if their caller is cancelled meanwhile.
    pub(super) after_cut: Vec<String>,
    /// What undoes them if one of them fails and nobody is there to see it.
    pub(super) after_error: Vec<String>,
    /// They begin or end the transaction. Cut there, nobody comes back for the connection, and it is clean when they are through.
    pub(super) at_edge: bool,
}

/// A connection inside a transaction. Dropped there, it is discarded and not handed to others.
pub(super) struct Held<Db: Database>(Option<Db::Link>);

impl<Db: Database> Held<Db> {
    pub(super) fn new(link: Db::Link) -> Self {
        Self(Some(link))
    }

    pub(super) fn link(&mut self) -> &mut Db::Link {
        self.0.as_mut().expect("the connection is held until it is let go")
    }

    /// Outside of a transaction: others may have it.
    pub(super) fn let_go(mut self) {
        drop(self.0.take());
    }

    async fn run(&mut self, doubtful: bool, statements: Vec<String>) -> Outcome {
        if doubtful {
            match Db::is_open(self.link()).await {
                Ok(true) => {}
                Ok(false) => return Outcome::Ended,
                Err(error) => return Outcome::Failed(TxError::lost(error)),
            }
        }
        for statement in statements {
            if let Err(error) = Db::control(self.link(), statement).await {
                return Outcome::Failed(TxError::lost(error));
            }
        }
        Outcome::Done
    }
}

impl<Db: Database> Drop for Held<Db> {
    fn drop(&mut self) {
        if let Some(link) = self.0.take() {
            Db::discard(link);
        }
    }
}

type Running<Db> = Pin<Box<dyn Future<Output = (Held<Db>, Outcome)> + Send>>;

/// The statements under way. They own the connection: if this is dropped they go on as a task of their own.
pub(super) struct Unbroken<Db: Database> {
    running: Option<Running<Db>>,
    rest: Rest<Db>,
    about: About,
    runtime: Handle,
}

/// What is left to do with statements that were cut.
struct Rest<Db: Database> {
    back: Option<oneshot::Sender<Back<Db>>>,
    after_cut: Vec<String>,
    after_error: Vec<String>,
    at_edge: bool,
}

impl<Db: Database> Unbroken<Db> {
    pub(super) fn new(
        mut held: Held<Db>,
        control: Control,
        back: oneshot::Sender<Back<Db>>,
        about: About,
        runtime: Handle,
    ) -> Self {
        let Control { doubtful, statements, after_cut, after_error, at_edge } = control;
        let running = Box::pin(async move {
            let outcome = held.run(doubtful, statements).await;
            (held, outcome)
        });
        Self { running: Some(running), rest: Rest { back: Some(back), after_cut, after_error, at_edge }, about, runtime }
    }
}

impl<Db: Database> Future for Unbroken<Db> {
    type Output = (Held<Db>, Outcome);

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // Taken out for the poll: one that panics must not be polled again.
        let mut running = self.running.take().expect("control statements are awaited once");
        let polled = running.as_mut().poll(cx);
        if polled.is_pending() {
            self.running = Some(running);
        }
        polled
    }
}

impl<Db: Database> Drop for Unbroken<Db> {
    fn drop(&mut self) {
        let Some(running) = self.running.take() else { return };
        let rest = mem::take(&mut self.rest);
        let about = self.about.clone();
        hand_over(&self.runtime, self.about.clone(), Scope::new(), async move {
            let (held, outcome) = running.await;
            rest.finish(held, outcome, &about).await;
        });
    }
}

impl<Db: Database> Default for Rest<Db> {
    fn default() -> Self {
        Self { back: None, after_cut: Vec::new(), after_error: Vec::new(), at_edge: false }
    }
}

impl<Db: Database> Rest<Db> {
    async fn finish(self, mut held: Held<Db>, outcome: Outcome, about: &About) {
        let failed_end = matches!(outcome, Outcome::Failed(_)) && !self.after_error.is_empty();
        let outcome = match outcome {
            Outcome::Done => held.run(false, self.after_cut).await,
            Outcome::Failed(error) if failed_end => {
                tell(about, "of a cancelled call could not commit, it is rolled back", &error);
                // A COMMIT that fails may have ended the transaction, or not.
                held.run(true, self.after_error).await
            }
            other => other,
        };
        let back = match outcome {
            Outcome::Done if self.at_edge => return held.let_go(),
            Outcome::Done => Back::Held(held),
            Outcome::Ended => {
                held.let_go();
                Back::Ended
            }
            Outcome::Failed(error) => Back::Lost(error),
        };
        // Where nobody waits any more the connection is discarded, since it is inside a transaction.
        drop(self.back.map(|sender| sender.send(back)));
    }
}
