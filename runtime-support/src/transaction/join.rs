//! What a transaction can begin on.

use std::fmt;
use std::future::Future;
use std::panic::Location;

use super::database::Database;
use super::error::TxError;
use super::session::Session;
use super::tx::{Tx, TxMut};
use crate::scope::{About, What};

/// Something that a `#[transactional]` function can begin on: a pool or a connection begins, a `&mut Tx` joins.
///
/// Take it as `tx: impl Begin<Sqlite>`, and callers choose: `transfer(&pool, ..)` is a transaction of its own,
/// `transfer(&mut tx, ..)` a part of the caller's.
///
/// A driver implements it for its pool, with [`Opened::begin`].
#[diagnostic::on_unimplemented(
    message = "a transaction can not begin on `{Self}`",
    label = "neither a pool, a connection nor a `&mut Tx`",
    note = "give `#[transactional(tx = ..)]` a `&SqlitePool`, an owned connection or a `&mut Tx`"
)]
pub trait Begin<Db: Database>: Send {
    /// What this part of the transaction belongs to: `()` for one that begins here.
    type Parent: Parent<Db>;

    /// Begins, or joins.
    fn open(self) -> impl Future<Output = Result<Opened<Db, Self::Parent>, TxError>> + Send;
}

/// A transaction that has been begun or joined.
pub struct Opened<Db: Database, P: Parent<Db> = ()> {
    pub(super) session: Box<Session<Db>>,
    pub(super) parent: P,
}

impl<Db: Database> Opened<Db> {
    /// Begins a transaction on an open connection. Cancelled meanwhile, it leaves none behind.
    ///
    /// # Errors
    /// If the database refuses.
    pub async fn begin(link: Db::Link) -> Result<Self, TxError> {
        // Who begins it gives it a name as soon as it is there.
        let about = About { what: What::CleanUp, name: "#[transactional]".into(), place: Location::caller(), grace: None };
        Ok(Self { session: Session::begin(link, about).await?, parent: () })
    }
}

impl<Db: Database, P: Parent<Db>> fmt::Debug for Opened<Db, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("session", &self.session).finish_non_exhaustive()
    }
}

/// See [`Begin::Parent`].
pub trait Parent<Db: Database>: Send + sealed::Sealed {
    /// Whether the transaction ends here.
    #[doc(hidden)]
    const OUTERMOST: bool;
    #[doc(hidden)]
    fn take_back(&mut self, session: Box<Session<Db>>);
}

mod sealed {
    use crate::transaction::{Database, Tx};

    pub trait Sealed {}
    impl Sealed for () {}
    impl<Db: Database> Sealed for &mut Tx<Db> {}
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

    async fn open(self) -> Result<Opened<Db, Self::Parent>, TxError> {
        Ok(Opened { session: self.lend()?, parent: self })
    }
}

impl<'t, Db: Database> Begin<Db> for &'t mut TxMut<'_, Db> {
    type Parent = &'t mut Tx<Db>;

    async fn open(self) -> Result<Opened<Db, Self::Parent>, TxError> {
        Begin::<Db>::open(&mut **self).await
    }
}
