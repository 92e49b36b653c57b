//! As much of PostgreSQL's wire protocol as tells one message from the next.

use std::collections::HashMap;
use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

/// A message as it goes over the wire.
pub(super) struct Message {
    /// Its type; 0 for the one without.
    pub(super) kind: u8,
    /// All of it, with the type and the length.
    pub(super) bytes: Vec<u8>,
}

/// What asks for encryption, by TLS or GSSAPI, in place of the message that begins a connection.
const ENCRYPT: [u32; 2] = [80_877_103, 80_877_104];

impl Message {
    /// The first message of a connection, which has no type.
    pub(super) async fn first(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Self>> {
        Self::read(from, Vec::new()).await
    }

    /// Any other message; `None` at the end.
    pub(super) async fn next(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Self>> {
        match from.read_u8().await {
            Ok(kind) => Self::read(from, vec![kind]).await,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads the length, which counts itself, and the rest.
    async fn read(from: &mut (impl AsyncRead + Unpin), mut bytes: Vec<u8>) -> io::Result<Option<Self>> {
        let length = match from.read_u32().await {
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error),
        };
        let kind = bytes.first().copied().unwrap_or(0);
        bytes.extend(length.to_be_bytes());
        let start = bytes.len();
        let rest = usize::try_from(length).ok().and_then(|length| length.checked_sub(4));
        bytes.resize(start + rest.ok_or(io::ErrorKind::InvalidData)?, 0);
        from.read_exact(&mut bytes[start..]).await?;
        Ok(Some(Self { kind, bytes }))
    }

    /// Whether this first message only asks for encryption.
    pub(super) fn asks_for_encryption(&self) -> bool {
        self.bytes.get(4..8).is_some_and(|code| ENCRYPT.iter().any(|known| known.to_be_bytes() == code))
    }

    /// Whether the server answers it with `ReadyForQuery`: a query, a sync, a function call.
    pub(super) fn ends_exchange(&self) -> bool {
        matches!(self.kind, b'Q' | b'S' | b'F')
    }

    /// The text, ended by a zero, that is the `index`-th thing in it.
    fn text(&self, index: usize) -> Option<String> {
        let text = self.bytes.get(5..)?.split(|byte| *byte == 0).nth(index)?;
        Some(String::from_utf8_lossy(text).into_owned())
    }
}

/// The statements that a connection has prepared, by name.
#[derive(Default)]
pub(super) struct Prepared(HashMap<String, String>);

impl Prepared {
    /// The text of the statement that the message runs or prepares.
    pub(super) fn text_of(&mut self, message: &Message) -> Option<String> {
        match message.kind {
            b'Q' => message.text(0),
            // The statement's name and its text.
            b'P' => {
                let text = message.text(1)?;
                self.0.insert(message.text(0)?, text.clone());
                Some(text)
            }
            // The portal's name and the statement's.
            b'B' => self.0.get(&message.text(1)?).cloned(),
            _ => None,
        }
    }
}
