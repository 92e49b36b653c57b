//! Control statements that run to their end, whatever happens to whoever awaits them.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::database::Database;
use super::error::TxError;

/// What comes back from statements that were cut: the connection, or why it does not come back.
pub(super) type Back<Db> = Result<Held<Db>, TxError>;

/// Statements that belong together.
#[derive(Default)]
pub(super) struct Control {
    pub(super) statements: Vec<String>,
    /// What undoes them if their caller is cancelled meanwhile.
    pub(super) after_cut: Vec<String>,
    /// What undoes them if one of them fails and nobody is there to see it.
    pub(super) after_error: Vec<String>,
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

    pub(super) async fn run(&mut self, statements: Vec<String>) -> Result<(), Db::Error> {
        for statement in statements {
            Db::control(self.link(), statement).await?;
        }
        Ok(())
    }
}

impl<Db: Database> Drop for Held<Db> {
    fn drop(&mut self) {
        if let Some(link) = self.0.take() {
            Db::discard(link);
        }
    }
}

type Running<Db> = Pin<Box<dyn Future<Output = (Held<Db>, Result<(), <Db as Database>::Error>)> + Send>>;

/// The statements under way. They own the connection: if this is dropped they go on as a task of their own.
pub(super) struct Unbroken<Db: Database> {
    running: Option<Running<Db>>,
    back: Option<oneshot::Sender<Back<Db>>>,
    after_cut: Vec<String>,
    after_error: Vec<String>,
    runtime: Handle,
}

impl<Db: Database> Unbroken<Db> {
    pub(super) fn new(mut held: Held<Db>, control: Control, back: oneshot::Sender<Back<Db>>, runtime: Handle) -> Self {
        let Control { statements, after_cut, after_error } = control;
        let running = Box::pin(async move {
            let result = held.run(statements).await;
            (held, result)
        });
        Self { running: Some(running), back: Some(back), after_cut, after_error, runtime }
    }
}

impl<Db: Database> Future for Unbroken<Db> {
    type Output = (Held<Db>, Result<(), Db::Error>);

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
        let (Some(running), Some(back)) = (self.running.take(), self.back.take()) else { return };
        let (after_cut, after_error) = (mem::take(&mut self.after_cut), mem::take(&mut self.after_error));
        self.runtime.spawn(async move {
            let (mut held, result) = running.await;
            let undone = held.run(if result.is_ok() { after_cut } else { after_error }).await;
            let outcome = match result.and(undone) {
                Ok(()) => Ok(held),
                Err(error) => Err(TxError::lost(error)),
            };
            if let Err(Ok(held)) = back.send(outcome) {
                // Nobody waits for it: these statements were the last of their transaction, or have undone it.
                held.let_go();
            }
        });
    }
}
