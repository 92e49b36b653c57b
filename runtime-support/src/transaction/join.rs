//! What a transaction can begin on.

use std::fmt;

use super::database::Database;
use super::tx::{Tx, TxMut};

/// Something that a `#[transactional]` function can begin on: a pool or a connection begins, a `&mut Tx` joins.
///
/// Take it as `tx: impl Begin<Sqlite>`, and callers choose: `transfer(&pool, ..)` is a transaction of its own,
/// `transfer(&mut tx, ..)` a part of the caller's.
///
/// A driver implements it for its pool and its connection, with [`Source`].
#[diagnostic::on_unimplemented(
    message = "a transaction can not begin on `{Self}`",
    label = "neither a pool, a connection nor a `&mut Tx`",
    note = "give `#[transactional(tx = ..)]` a `&SqlitePool`, a `&PgPool`, an owned connection or a `&mut Tx`"
)]
pub trait Begin<Db: Database>: Send {
    /// What it is.
    fn source<'s>(self) -> Source<'s, Db>
    where
        Self: 's;
}

/// What a [`Begin`] turns out to be.
pub struct Source<'s, Db: Database>(pub(super) Kind<'s, Db>);

pub(super) enum Kind<'s, Db: Database> {
    Pool(Db::Pool),
    /// Gone while a transaction runs on it, and for good when it is lost.
    Link(Option<Db::Link>),
    Tx(&'s mut Tx<Db>),
}

impl<Db: Database> Source<'_, Db> {
    /// A pool. Each attempt has a connection of it.
    pub fn pool(pool: Db::Pool) -> Self {
        Self(Kind::Pool(pool))
    }

    /// An open connection, outside of a transaction. All attempts run on it, and it is dropped behind the last one.
    pub fn link(link: Db::Link) -> Self {
        Self(Kind::Link(Some(link)))
    }
}

impl<Db: Database> fmt::Debug for Source<'_, Db> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::Pool(_) => "Source::Pool",
            Kind::Link(_) => "Source::Link",
            Kind::Tx(_) => "Source::Tx",
        })
    }
}

impl<Db: Database> Begin<Db> for &mut Tx<Db> {
    fn source<'s>(self) -> Source<'s, Db>
    where
        Self: 's,
    {
        Source(Kind::Tx(self))
    }
}

impl<Db: Database> Begin<Db> for &mut TxMut<'_, Db> {
    fn source<'s>(self) -> Source<'s, Db>
    where
        Self: 's,
    {
        Source(Kind::Tx(self))
    }
}
