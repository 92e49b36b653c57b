//! A proxy before a PostgreSQL server that holds and cuts at a chosen message.
//!
//! On one host a statement is over by the first poll: without something that stands between, no test would ever meet a caller
//! that is dropped in the middle of one. The proxy reads messages, so that what is held or cut is this very statement, and it
//! acts once, on the first message that is met after it was told: of two that are told the same, both act on the same message,
//! unless one of them lets some go by ([`At::after`]). Nothing in it depends on time.
//!
//! ```text
//! let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
//! let gate = proxy.hold_reply("COMMIT");
//! let mut call = Box::pin(f(&store.pool));
//! gate.reach(call.as_mut()).await; // The server has committed, and the caller does not know.
//! drop(call);
//! gate.release();
//! ```
//!
//! It runs on the runtime that it was made on, and ends with it.

mod at;
mod gate;
mod relay;
mod wire;

use std::mem;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};

pub use at::At;
pub use gate::Gate;

/// The proxy. Dropping it cuts what passes it.
#[derive(Debug)]
pub struct Proxy {
    shared: Arc<Shared>,
    port: u16,
    accepting: AbortHandle,
}

/// What all connections of a proxy have in common.
#[derive(Debug)]
struct Shared {
    server: PathBuf,
    state: Mutex<State>,
    /// The number of times that all connections were cut.
    cuts: watch::Sender<u32>,
}

#[derive(Debug, Default)]
struct State {
    armed: Vec<Armed>,
    refuses: bool,
    statements: Vec<String>,
    round_trips: usize,
    pings: usize,
}

/// What is to be done, and where.
#[derive(Debug)]
struct Armed {
    at: At,
    side: Side,
    gate: Gate,
}

/// Where a message is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    /// The server has not got it yet.
    Request,
    /// The server has done it, and its answer is on the way.
    Reply,
}

impl Proxy {
    /// One before this socket, on a port of its own.
    pub async fn before(server: PathBuf) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared { server, state: Mutex::default(), cuts: watch::Sender::new(0) });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared))).abort_handle();
        Self { shared, port, accepting }
    }

    /// Where it listens, on `127.0.0.1`.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Holds the next such message before the server has got it, and everything that the client sends on this connection behind it.
    pub fn hold_request(&self, at: impl Into<At>) -> Gate {
        self.arm(at.into(), Side::Request, Gate::holding())
    }

    /// Holds the whole reply to the next such message, once the server has given it: the server has done it, the client does
    /// not know. What the client sends meanwhile goes through.
    pub fn hold_reply(&self, at: impl Into<At>) -> Gate {
        self.arm(at.into(), Side::Reply, Gate::holding())
    }

    /// Cuts the connection, towards both sides, instead of letting the next such message through: the server never gets it.
    pub fn cut_request(&self, at: impl Into<At>) -> Gate {
        self.arm(at.into(), Side::Request, Gate::cutting())
    }

    /// Cuts the connection, towards both sides, once the server has given the whole reply to the next such message: it has done
    /// it, and the client never gets to know.
    pub fn cut_reply(&self, at: impl Into<At>) -> Gate {
        self.arm(at.into(), Side::Reply, Gate::cutting())
    }

    /// Cuts all connections that are there, wherever they are.
    pub fn cut_all(&self) {
        self.shared.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// From now on a new connection ends at once: it is cut before the first message.
    pub fn refuse(&self) {
        self.shared.state().refuses = true;
    }

    /// From now on new connections go through again.
    pub fn admit(&self) {
        self.shared.state().refuses = false;
    }

    /// The texts of the statements since the last look, in the order in which they came here. A prepared one counts when it is
    /// run, once for each time.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        mem::take(&mut self.shared.state().statements)
    }

    /// How often the server has said that it is ready again, since the last look, for all connections. Neither the beginning of
    /// a connection counts nor a [ping](Self::pings).
    #[must_use]
    pub fn round_trips(&self) -> usize {
        mem::take(&mut self.shared.state().round_trips)
    }

    /// The round trips with nothing in them, since the last look. sqlx's pool makes one when a connection is lent and one when it
    /// comes back; the latter in a task of its own.
    #[must_use]
    pub fn pings(&self) -> usize {
        mem::take(&mut self.shared.state().pings)
    }

    fn arm(&self, at: At, side: Side, gate: Gate) -> Gate {
        self.shared.state().armed.push(Armed { at, side, gate: gate.clone() });
        gate
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// A client sends this. Tells where the message has to stand, and where the reply to it.
    fn meet(&self, kind: u8, text: Option<&str>) -> (Vec<Gate>, Vec<Gate>) {
        let mut state = self.state();
        if let (b'Q' | b'B', Some(text)) = (kind, text) {
            state.statements.push(text.to_owned());
        }
        let met: Vec<_> = state.armed.extract_if(.., |armed| armed.at.is_met(kind, text)).collect();
        let (before, behind): (Vec<_>, Vec<_>) = met.into_iter().partition(|armed| armed.side == Side::Request);
        let gates = |armed: Vec<Armed>| armed.into_iter().map(|armed| armed.gate).collect();
        (gates(before), gates(behind))
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    // Ends with this task, and all connections with it.
    let mut connections = JoinSet::new();
    loop {
        let (client, _) = listener.accept().await.unwrap();
        if !shared.state().refuses {
            connections.spawn(connect(client, Arc::clone(&shared)));
        }
        while connections.try_join_next().is_some() {}
    }
}

/// A connection from its beginning to its end, which is the end of both of its sides.
async fn connect(client: TcpStream, shared: Arc<Shared>) {
    let mut cuts = shared.cuts.subscribe();
    // Else a small answer may be kept back for a while.
    client.set_nodelay(true).unwrap();
    let relay = async {
        let server = UnixStream::connect(&shared.server).await?;
        relay::run(client, server, &shared).await
    };
    tokio::select! {
        // Ended by one of its sides, or broken: the same for the other.
        _ = relay => {}
        _ = cuts.changed() => {}
    }
}
