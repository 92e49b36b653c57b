//! Where a message stands until the test lets it through.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

/// How long a message may take to come, on the slowest machine.
const LIMIT: Duration = Duration::from_secs(60);

/// The test's hand on a message that the proxy holds, or cuts at. Dropping it changes nothing: a message that is held stays so.
#[derive(Clone, Debug)]
pub struct Gate {
    /// What becomes of the message when it comes, or has become of it.
    phase: Arc<watch::Sender<Phase>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Phase {
    is_reached: bool,
    end: Option<End>,
}

/// How the message goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It goes through.
    Through,
    /// Its connection is cut.
    Cut,
}

impl Gate {
    /// One that stays closed until it is told.
    pub(super) fn holding() -> Self {
        Self::new(None)
    }

    /// One that cuts what comes.
    pub(super) fn cutting() -> Self {
        Self::new(Some(End::Cut))
    }

    fn new(end: Option<End>) -> Self {
        Self { phase: Arc::new(watch::Sender::new(Phase { is_reached: false, end })) }
    }

    /// Waits until the message, or the reply to it, stands here, or is cut.
    ///
    /// # Panics
    /// If that takes longer than a minute: then it never comes.
    pub async fn reached(&self) {
        let mut phases = self.phase.subscribe();
        let reached = timeout(LIMIT, phases.wait_for(|phase| phase.is_reached)).await;
        reached.expect("waited in vain for a message at the gate").expect("the gate is held by this");
    }

    /// Whether it stands here, or did so.
    #[must_use]
    pub fn is_reached(&self) -> bool {
        self.phase.borrow().is_reached
    }

    /// Polls `call` until its message stands here.
    ///
    /// # Panics
    /// If the call ends before that, or it takes longer than a minute.
    pub async fn reach<F: Future + ?Sized>(&self, mut call: Pin<&mut F>) {
        let mut reached = std::pin::pin!(self.reached());
        std::future::poll_fn(|cx| {
            assert!(call.as_mut().poll(cx).is_pending(), "the call ended without reaching the gate");
            reached.as_mut().poll(cx)
        })
        .await;
    }

    /// Lets through what is held here, now or when it comes.
    pub fn release(&self) {
        self.end(End::Through);
    }

    /// Cuts the connection of what is held here, now or when it comes.
    pub fn cut(&self) {
        self.end(End::Cut);
    }

    fn end(&self, end: End) {
        self.phase.send_modify(|phase| phase.end = Some(end));
    }

    /// For the proxy: the message is here. Returns when it may go on.
    pub(super) async fn stand(&self) -> End {
        self.phase.send_modify(|phase| phase.is_reached = true);
        let mut phases = self.phase.subscribe();
        let phase = phases.wait_for(|phase| phase.end.is_some()).await.expect("the gate is held by this");
        phase.end.expect("it was waited for")
    }
}
