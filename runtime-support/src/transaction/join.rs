//! What a transaction can begin on.

use std::future::Future;

use super::database::Database;
use super::error::TxError;
use super::session::Session;
use super::tx::Tx;

/// Something that a `#[transactional]` function can begin on: a pool or a connection begins, a `&mut Tx` joins.
///
/// Take it as `tx: impl Begin<Sqlite>`, and callers choose: `transfer(&pool, ..)` is a transaction of its own,
/// `transfer(&mut tx, ..)` a part of the caller's.
#[diagnostic::on_unimplemented(
    message = "a transaction can not begin on `{Self}`",
    label = "neither a pool, a connection nor a `&mut Tx`",
    note = "give `#[transactional(tx = ..)]` a `&SqlitePool`, an owned connection or a `&mut Tx`"
)]
pub trait Begin<Db: Database>: Send {
    /// Who owns the session when this part of the transaction is over.
    #[doc(hidden)]
    type Parent: Parent<Db>;

    #[doc(hidden)]
    fn open(self) -> impl Future<Output = Result<(Box<Session<Db>>, Self::Parent), TxError>> + Send;
}

/// See [`Begin::Parent`].
pub trait Parent<Db: Database>: Send {
    /// Whether the transaction ends here.
    const OUTERMOST: bool;
    fn take_back(&mut self, session: Box<Session<Db>>);
}

/// Nobody: the transaction ends here, and what is given back is rolled back.
impl<Db: Database> Parent<Db> for () {
    const OUTERMOST: bool = true;
    fn take_back(&mut self, session: Box<Session<Db>>) {
        drop(session);
    }
}

impl<Db: Database> Parent<Db> for &mut Tx<Db> {
    const OUTERMOST: bool = false;
    fn take_back(&mut self, session: Box<Session<Db>>) {
        Tx::take_back(self, session);
    }
}

impl<'t, Db: Database> Begin<Db> for &'t mut Tx<Db> {
    type Parent = &'t mut Tx<Db>;

    async fn open(self) -> Result<(Box<Session<Db>>, Self::Parent), TxError> {
        Ok((self.lend()?, self))
    }
}
