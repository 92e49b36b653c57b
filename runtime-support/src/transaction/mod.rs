//! `#[transactional]` and `savepoint!`: begin, end, and everything that can go wrong between.

mod database;
mod error;
mod join;
mod scope;
mod session;
#[cfg(feature = "sqlite")]
mod sqlite;
mod tx;
mod unbroken;

pub use database::Database;
pub use error::TxError;
pub use join::{Begin, Opened};
pub use scope::{begin, savepoint};
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteLink;
pub use tx::{Tx, TxMut, lend};
