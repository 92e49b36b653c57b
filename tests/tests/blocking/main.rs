//! Work on threads that may be blocked. Cases P100 to P110 of the policies, without macros.
//!
//! Work that runs keeps a paused clock from advancing by itself: these tests wait for channels, and advance the clock by hand.

mod alone;
mod cores;
mod inside;
mod queued;
mod returning;

use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, ThreadId};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use weftwork::{CleanUp, blocking};

/// Work that says when it has begun, and ends when it is let go.
struct Held {
    begun: UnboundedSender<ThreadId>,
    go: Receiver<()>,
}

/// The other side of it.
struct Holder {
    begun: UnboundedReceiver<ThreadId>,
    go: Sender<()>,
}

fn held() -> (Held, Holder) {
    let (begun, has_begun) = unbounded_channel();
    let (go, may_go) = mpsc::channel();
    (Held { begun, go: may_go }, Holder { begun: has_begun, go })
}

impl Held {
    fn wait(self) {
        self.begun.send(thread::current().id()).ok();
        self.go.recv().ok();
    }
}

impl Holder {
    /// The thread on which it runs.
    async fn has_begun(&mut self) -> ThreadId {
        self.begun.recv().await.expect("it says so before it ends")
    }

    fn let_go(&self) {
        self.go.send(()).ok();
    }
}

fn names(list: &[CleanUp]) -> Vec<&str> {
    list.iter().map(CleanUp::name).collect()
}

/// A turn of a thread of the pool: what was queued before has begun by then, where there is one thread.
async fn round_trip() {
    blocking(|| ()).await;
}
