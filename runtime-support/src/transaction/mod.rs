//! `#[transactional]` and `savepoint!`: begin, end, and everything that can go wrong between.
//!
//! - `database.rs`: what a database offers; `driver.rs` with `sqlite.rs` and `postgres/`: those that do
//! - `join.rs`: what a transaction begins on; `options.rs`: how
//! - `attempts.rs`: a call over all its attempts; `scope.rs`: one of them, a joined call, or a savepoint; `body.rs`: what runs in it
//! - `session.rs`, `savepoints.rs`: a transaction that is open; `end.rs`: how it ends; `held.rs`: its connection; `hooks.rs`: what runs around its end
//! - `unbroken.rs`: what can not be cut
//! - `tx.rs`: what the body has of all that; `call.rs`: the same without macros

mod attempts;
mod body;
mod call;
mod database;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod driver;
mod end;
mod error;
mod held;
mod hooks;
mod join;
mod options;
#[cfg(feature = "postgres")]
mod postgres;
mod savepoints;
mod scope;
mod session;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod statement;
mod told;
mod tx;
mod unbroken;

pub use attempts::begin;
pub use call::{transaction, transaction_with};
pub use database::{Database, NotCommitted, Severity, Share, Standing};
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use driver::{Driver, Link};
pub use error::{StatementError, TxError};
pub use hooks::TxOutcome;
pub use join::{Begin, OnLink, OnPool, Source};
pub use options::{Isolation, Propagation, Terms, TxOptions};
pub use scope::savepoint;
pub use told::{TellByDebug, TellByDisplay, TellNothing, told};
pub use tx::{Tx, TxMut, lend};

/// Whether the value of a body is one that asks for a rollback.
pub fn holds<T: ?Sized>(value: &T, question: impl FnOnce(&T) -> bool) -> bool {
    question(value)
}
