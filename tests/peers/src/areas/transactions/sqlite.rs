//! A transfer between two accounts in a SQLite database on disk.

use std::hint::black_box;
use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use weftwork::transactional;

use super::{BALANCES, Bank, DEPOSIT, TransferError, WITHDRAW};
use crate::measure::Bench;
use crate::one_core::on_one_core;

pub(super) fn run(bench: &mut Bench<'_>) {
    // A connection answers from a thread of its own.
    on_one_core(|| transfers(bench));
}

fn transfers(bench: &mut Bench<'_>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be built");
    let folder = tempfile::tempdir().expect("there is room for a database");
    // A database each, so that none writes the other's pages.
    let ours = runtime.block_on(open(&folder.path().join("ours.db")));
    let theirs = runtime.block_on(open(&folder.path().join("by-hand.db")));
    bench
        .case("SQLite transfer, two updates", 2)
        .micros()
        .with_threads()
        .ours(|| ours.moved(&runtime, |pool| transfer(pool, black_box(1), black_box(2), 1)))
        .peer("sqlx begin and commit", || theirs.moved(&runtime, |pool| transfer_by_hand(pool, black_box(1), black_box(2), 1)))
        .time()
        .allocations();
    for bank in [ours, theirs] {
        runtime.block_on(close(bank));
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

async fn open(file: &Path) -> Bank<SqlitePool> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // Every few hundred transfers the log is copied into the database. Were that to wait for the disk, a round's time
        // would tell how often it happened to do so.
        .synchronous(SqliteSynchronous::Off);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.expect("the database opens");
    sqlx::raw_sql("CREATE TABLE accounts (id INTEGER PRIMARY KEY, cents INTEGER); INSERT INTO accounts VALUES (1, 0), (2, 0)")
        .execute(&pool)
        .await
        .expect("the accounts are opened");
    Bank::new(pool)
}

async fn close(bank: Bank<SqlitePool>) {
    let balances: Vec<i64> = sqlx::query_scalar(BALANCES).fetch_all(&bank.pool).await.expect("the accounts can be read");
    bank.check(&balances);
    bank.pool.close().await;
}
