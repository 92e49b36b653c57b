//! What a transaction can begin on.

use std::fmt;

use super::database::Database;
use super::tx::{Tx, TxMut};

/// Something that a `#[transactional]` function can begin on: a pool or a connection begins, a `&mut Tx` joins.
///
/// Take it as `tx: impl Begin<Sqlite>`, and callers choose: `transfer(&pool, ..)` is a transaction of its own,
/// `transfer(&mut tx, ..)` a part of the caller's.
///
/// A driver implements it for its pool and its connection, with [`OnPool`] and [`OnLink`].
#[diagnostic::on_unimplemented(
    message = "a transaction can not begin on `{Self}`",
    label = "neither a pool, a connection nor a `&mut Tx`",
    note = "give `#[transactional(tx = ..)]` a `&SqlitePool`, a `&PgPool`, an owned connection or a `&mut Tx`"
)]
pub trait Begin<Db: Database>: Send {
    /// What it turns out to be. It borrows nothing from a pool that is only lent.
    type Source: Source<Db>;

    /// What it is. Asked once for a call, however often that begins.
    fn source(self) -> Self::Source;
}

/// What a [`Begin`] turns out to be: [`OnPool`], [`OnLink`], or a `&mut Tx`. There are no others.
pub trait Source<Db: Database>: Send + sealed::Sealed<Db> {}

mod sealed {
    use super::{Database, Kind};

    pub trait Sealed<Db: Database> {
        #[doc(hidden)]
        #[allow(private_interfaces, reason = "nobody outside can name this trait")]
        fn kind(&mut self) -> Kind<'_, Db>;
    }
}

/// Each attempt has a connection of this pool, and gives it back.
pub struct OnPool<Db: Database>(pub Db::Pool);

/// All attempts run on one connection, which is dropped behind the last one.
pub struct OnLink<Db: Database>(Option<Db::Link>);

/// Where an attempt begins.
pub(super) enum Kind<'s, Db: Database> {
    Pool(&'s Db::Pool),
    /// Gone while a transaction runs on it, and for good when it is lost.
    Link(&'s mut Option<Db::Link>),
    Tx(&'s mut Tx<Db>),
}

impl<Db: Database> OnLink<Db> {
    /// On this one, which is open and outside of a transaction.
    pub fn new(link: Db::Link) -> Self {
        Self(Some(link))
    }
}

impl<Db: Database> Source<Db> for OnPool<Db> {}
impl<Db: Database> Source<Db> for OnLink<Db> {}
impl<Db: Database> Source<Db> for &mut Tx<Db> {}

impl<Db: Database> sealed::Sealed<Db> for OnPool<Db> {
    #[allow(private_interfaces, reason = "as above")]
    fn kind(&mut self) -> Kind<'_, Db> {
        Kind::Pool(&self.0)
    }
}

impl<Db: Database> sealed::Sealed<Db> for OnLink<Db> {
    #[allow(private_interfaces, reason = "as above")]
    fn kind(&mut self) -> Kind<'_, Db> {
        Kind::Link(&mut self.0)
    }
}

impl<Db: Database> sealed::Sealed<Db> for &mut Tx<Db> {
    #[allow(private_interfaces, reason = "as above")]
    fn kind(&mut self) -> Kind<'_, Db> {
        Kind::Tx(self)
    }
}

impl<Db: Database> fmt::Debug for OnPool<Db> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnPool")
    }
}

impl<Db: Database> fmt::Debug for OnLink<Db> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnLink")
    }
}

impl<'t, Db: Database> Begin<Db> for &'t mut Tx<Db> {
    type Source = &'t mut Tx<Db>;

    fn source(self) -> Self::Source {
        self
    }
}

impl<'t, Db: Database> Begin<Db> for &'t mut TxMut<'_, Db> {
    type Source = &'t mut Tx<Db>;

    fn source(self) -> Self::Source {
        self
    }
}
