//! A transfer between two accounts: `#[transactional]` beside the same written by hand.

mod postgres;
mod sqlite;

use std::cell::Cell;

use tokio::runtime::Runtime;
use weftwork::TxError;

use crate::measure::Bench;

const WITHDRAW: &str = "UPDATE accounts SET cents = cents - $1 WHERE id = $2";
const DEPOSIT: &str = "UPDATE accounts SET cents = cents + $1 WHERE id = $2";
const BALANCES: &str = "SELECT cents FROM accounts ORDER BY id";

pub(crate) fn run(bench: &mut Bench<'_>) {
    sqlite::run(bench);
    postgres::run(bench);
}

#[derive(Debug)]
#[expect(dead_code, reason = "read by `Debug`, where a transfer fails")]
enum TransferError {
    Database(sqlx::Error),
    Transaction(TxError),
}

impl From<sqlx::Error> for TransferError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl From<TxError> for TransferError {
    fn from(error: TxError) -> Self {
        Self::Transaction(error)
    }
}

/// A database with two accounts.
struct Bank<P> {
    pool: P,
    transfers: Cell<i64>,
}

impl<P> Bank<P> {
    fn new(pool: P) -> Self {
        Self { pool, transfers: Cell::new(0) }
    }

    /// Moves a cent and says how many rows that changed.
    fn moved<'b, F>(&'b self, runtime: &Runtime, transfer: impl FnOnce(&'b P) -> F) -> u64
    where
        F: Future<Output = Result<u64, TransferError>> + 'b,
    {
        self.transfers.set(self.transfers.get() + 1);
        runtime.block_on(transfer(&self.pool)).expect("the transfer succeeds")
    }

    /// Every transfer that was counted must have been committed.
    fn check(&self, balances: &[i64]) {
        let transfers = self.transfers.get();
        assert_eq!(balances, [-transfers, transfers]);
    }
}
