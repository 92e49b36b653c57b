//! A transfer between two accounts in a SQLite database on disk.

use std::hint::black_box;
use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use tokio::runtime::Runtime;
use weftwork::{TxError, transactional};

use crate::measure::Bench;
use crate::one_core::on_one_core;

const WITHDRAW: &str = "UPDATE accounts SET cents = cents - ? WHERE id = ?";
const DEPOSIT: &str = "UPDATE accounts SET cents = cents + ? WHERE id = ?";

pub(crate) fn run(bench: &mut Bench<'_>) {
    // A connection answers from a thread of its own.
    on_one_core(|| transfers(bench));
}

fn transfers(bench: &mut Bench<'_>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be built");
    let folder = tempfile::tempdir().expect("there is room for a database");
    // A database each, so that none writes the other's pages.
    let ours = runtime.block_on(Bank::open(&folder.path().join("ours.db")));
    let theirs = runtime.block_on(Bank::open(&folder.path().join("by-hand.db")));
    bench
        .case("SQLite transfer, two updates", 2)
        .micros()
        .with_threads()
        .ours(|| ours.moved(&runtime, |pool| transfer(pool, black_box(1), black_box(2), 1)))
        .peer("sqlx begin and commit", || theirs.moved(&runtime, |pool| transfer_by_hand(pool, black_box(1), black_box(2), 1)))
        .time()
        .allocations();
    for bank in [ours, theirs] {
        runtime.block_on(bank.close());
    }
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

#[transactional(tx = pool)]
async fn transfer(pool: &SqlitePool, from: i64, to: i64, cents: i64) -> Result<u64, TransferError> {
    let withdrawn = sqlx::query(WITHDRAW).bind(cents).bind(from).execute(&mut tx).await?;
    let deposited = sqlx::query(DEPOSIT).bind(cents).bind(to).execute(&mut tx).await?;
    Ok(withdrawn.rows_affected() + deposited.rows_affected())
}

async fn transfer_by_hand(pool: &SqlitePool, from: i64, to: i64, cents: i64) -> Result<u64, TransferError> {
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    let withdrawn = sqlx::query(WITHDRAW).bind(cents).bind(from).execute(&mut *tx).await?;
    let deposited = sqlx::query(DEPOSIT).bind(cents).bind(to).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(withdrawn.rows_affected() + deposited.rows_affected())
}

/// A database with two accounts.
struct Bank {
    pool: SqlitePool,
    transfers: std::cell::Cell<i64>,
}

impl Bank {
    async fn open(file: &Path) -> Self {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // Every few hundred transfers the log is copied into the database. Were that to wait for the disk, a round's time
            // would tell how often it happened to do so.
            .synchronous(SqliteSynchronous::Off);
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.expect("the database opens");
        sqlx::raw_sql(
            "CREATE TABLE accounts (id INTEGER PRIMARY KEY, cents INTEGER); INSERT INTO accounts VALUES (1, 0), (2, 0)",
        )
        .execute(&pool)
        .await
        .expect("the accounts are opened");
        Self { pool, transfers: std::cell::Cell::new(0) }
    }

    /// Moves a cent and says how many rows that changed.
    fn moved<'b, F>(&'b self, runtime: &Runtime, transfer: impl FnOnce(&'b SqlitePool) -> F) -> u64
    where
        F: Future<Output = Result<u64, TransferError>> + 'b,
    {
        self.transfers.set(self.transfers.get() + 1);
        runtime.block_on(transfer(&self.pool)).expect("the transfer succeeds")
    }

    /// Every transfer that was counted must have been committed.
    async fn close(self) {
        let balances: Vec<i64> = sqlx::query_scalar("SELECT cents FROM accounts ORDER BY id")
            .fetch_all(&self.pool)
            .await
            .expect("the accounts can be read");
        let transfers = self.transfers.get();
        assert_eq!(balances, [-transfers, transfers]);
        self.pool.close().await;
    }
}
