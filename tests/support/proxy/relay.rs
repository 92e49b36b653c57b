//! One connection: what the client asks on its way up, and what the server answers on its way down.

use std::collections::VecDeque;
use std::io;
use std::sync::Mutex;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpStream, UnixStream};

use super::Shared;
use super::gate::{End, Gate};
use super::wire::{Message, Prepared};

/// Carries messages until one side ends, or a gate cuts.
pub(super) async fn run(mut client: TcpStream, mut server: UnixStream, shared: &Shared) -> io::Result<()> {
    let exchanges = Exchanges::default();
    if !begin(&mut client, &mut server).await? {
        return Ok(());
    }
    exchanges.begin();
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    // Whichever ends first takes the other with it.
    tokio::select! {
        result = up(BufReader::new(from_client), to_server, &exchanges, shared) => result,
        result = down(BufReader::new(from_server), to_client, &exchanges, shared) => result,
    }
}

/// Hands on the message by which a connection begins; false if the client went away.
async fn begin(client: &mut TcpStream, server: &mut UnixStream) -> io::Result<bool> {
    while let Some(first) = Message::first(client).await? {
        if !first.asks_for_encryption() {
            server.write_all(&first.bytes).await?;
            return Ok(true);
        }
        // There is none, which the client may live with.
        client.write_all(b"N").await?;
    }
    Ok(false)
}

async fn up(
    mut client: impl AsyncRead + Unpin,
    mut server: impl AsyncWrite + Unpin,
    exchanges: &Exchanges,
    shared: &Shared,
) -> io::Result<()> {
    let mut prepared = Prepared::default();
    while let Some(message) = Message::next(&mut client).await? {
        let text = prepared.text_of(&message);
        let (before, behind) = shared.meet(message.kind, text.as_deref());
        if stand_at(&before).await == End::Cut {
            return Ok(());
        }
        // Before it is sent: the answer may be here at once.
        exchanges.asks(&message, behind);
        if server.write_all(&message.bytes).await.is_err() {
            // The server has gone. The way down brings its last words, and ends behind them.
            std::future::pending::<()>().await;
        }
    }
    Ok(())
}

async fn down(
    mut server: impl AsyncRead + Unpin,
    mut client: impl AsyncWrite + Unpin,
    exchanges: &Exchanges,
    shared: &Shared,
) -> io::Result<()> {
    let mut held = Vec::new();
    while let Some(message) = Message::next(&mut server).await? {
        held.extend_from_slice(&message.bytes);
        let gates = match message.kind {
            b'Z' => exchanges.answered(shared),
            _ if exchanges.holds() => continue,
            _ => Vec::new(),
        };
        if stand_at(&gates).await == End::Cut {
            return Ok(());
        }
        client.write_all(&held).await?;
        held.clear();
    }
    // The server has gone: what there is, is its whole answer.
    if stand_at(&exchanges.left()).await == End::Through {
        client.write_all(&held).await?;
    }
    Ok(())
}

/// Stands at all of them, one after the other.
async fn stand_at(gates: &[Gate]) -> End {
    for gate in gates {
        if gate.stand().await == End::Cut {
            return End::Cut;
        }
    }
    End::Through
}

/// What both ways of a connection have to know of each other.
///
/// An exchange is what the server ends with `ReadyForQuery`: the beginning of the connection, a query, or everything up to a sync.
/// It answers them one after the other, so that counting tells which reply belongs to which request.
#[derive(Default)]
struct Exchanges(Mutex<VecDeque<Exchange>>);

/// One that is not answered yet.
#[derive(Default)]
struct Exchange {
    /// Where the reply has to stand.
    gates: Vec<Gate>,
    /// The kinds of the messages that it consists of.
    kinds: Vec<u8>,
    /// Whether nothing more belongs to it.
    is_asked: bool,
}

impl Exchanges {
    /// The connection begins, by a message that has no kind.
    fn begin(&self) {
        self.0.lock().unwrap().push_back(Exchange { is_asked: true, ..Exchange::default() });
    }

    /// The client sends this.
    fn asks(&self, message: &Message, gates: Vec<Gate>) {
        let mut all = self.0.lock().unwrap();
        if all.back().is_none_or(|last| last.is_asked) {
            all.push_back(Exchange::default());
        }
        let Some(last) = all.back_mut() else { return };
        last.gates.extend(gates);
        last.kinds.push(message.kind);
        last.is_asked = message.ends_exchange();
    }

    /// Whether what the server sends now has to stand somewhere.
    fn holds(&self) -> bool {
        self.0.lock().unwrap().front().is_some_and(|first| !first.gates.is_empty())
    }

    /// The server is ready again: it has answered the first of them. Tells where the answer has to stand.
    fn answered(&self, shared: &Shared) -> Vec<Gate> {
        let first = self.0.lock().unwrap().pop_front();
        let Some(first) = first else { return Vec::new() };
        match first.kinds[..] {
            [] => {}
            [b'S'] => shared.state().pings += 1,
            _ => shared.state().round_trips += 1,
        }
        first.gates
    }

    /// Where the answer has to stand that the server has left half done.
    fn left(&self) -> Vec<Gate> {
        self.0.lock().unwrap().pop_front().map_or(Vec::new(), |first| first.gates)
    }
}
