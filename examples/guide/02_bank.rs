//! A bank in SQLite: transfers under contention, some of them given up in the middle, and no money made or lost.
//!
//! `cargo run --example 02_bank [TRANSFERS]`

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{Sqlite, SqlitePool};
use weftwork::{Begin, Elapsed, Tx, TxError, gather, millis, savepoint, secs, timeout, transactional};

const ACCOUNTS: i64 = 10;
const START: i64 = 1_000;

#[derive(Debug, thiserror::Error)]
enum BankError {
    #[error("not enough money on account {0}")]
    NoMoney(i64),
    #[error("took too long")]
    TooLate(#[from] Elapsed),
    #[error("the transaction failed: {0}")]
    Transaction(#[from] TxError),
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
}

/// Takes the money from one account and gives it to the other: both or neither, also for those that run out of time.
#[timeout(patience)]
#[transactional(tx = pool)]
async fn transfer(pool: &SqlitePool, transfer: Transfer, patience: Duration) -> Result<(), BankError> {
    let Transfer { id, from, to, cents } = transfer;
    sqlx::query("INSERT INTO transfer (id, cents) VALUES (?, ?)").bind(id).bind(cents).execute(&mut tx).await?;
    if add(&mut tx, from, -cents).await? < 0 {
        return Err(BankError::NoMoney(from));
    }
    add(&mut tx, to, cents).await?;
    // A present for large transfers, as long as the bank can pay for it. If not, the transfer stands all the same.
    let present = savepoint!(tx, { give(&mut tx, to, cents / 100).await });
    present.await.or_else(|error| if let BankError::NoMoney(_) = error { Ok(()) } else { Err(error) })
}

/// From the bank's own account, as a part of the caller's transaction.
#[transactional(tx)]
async fn give(tx: impl Begin<Sqlite>, to: i64, cents: i64) -> Result<(), BankError> {
    if add(&mut tx, 0, -cents).await? < 0 {
        return Err(BankError::NoMoney(0));
    }
    add(&mut tx, to, cents).await.map(drop)
}

/// What is on the account then. Only inside a transaction.
async fn add(tx: &mut Tx<Sqlite>, account: i64, cents: i64) -> Result<i64, BankError> {
    let sql = "UPDATE account SET cents = cents + ? WHERE id = ? RETURNING cents";
    Ok(sqlx::query_scalar(sql).bind(cents).bind(account).fetch_one(tx).await?)
}

#[derive(Clone, Copy)]
struct Transfer {
    id: i64,
    from: i64,
    to: i64,
    cents: i64,
}

impl Transfer {
    /// Spread over the accounts without a random number generator.
    fn number(id: i64) -> Self {
        Self { id, from: id * 7 % ACCOUNTS, to: (id * 3 + 1) % ACCOUNTS, cents: id * 37 % 400 }
    }

    /// Every third has too little time to be sure to end.
    fn patience(self) -> Duration {
        if self.id % 3 == 0 { millis(self.id.unsigned_abs() * 7 % 300) } else { secs(60) }
    }
}

async fn open(dir: &std::path::Path) -> Result<SqlitePool, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(dir.join("bank.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .busy_timeout(secs(60));
    let pool = SqlitePoolOptions::new().max_connections(8).acquire_timeout(secs(60)).connect_with(options).await?;
    sqlx::query("CREATE TABLE account (id INTEGER PRIMARY KEY, cents INTEGER NOT NULL)").execute(&pool).await?;
    sqlx::query("CREATE TABLE transfer (id INTEGER PRIMARY KEY, cents INTEGER NOT NULL)").execute(&pool).await?;
    for id in 0..ACCOUNTS {
        sqlx::query("INSERT INTO account VALUES (?, ?)").bind(id).bind(START).execute(&pool).await?;
    }
    Ok(pool)
}

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let count: i64 = std::env::args().nth(1).map_or(Ok(300), |count| count.parse())?;
    let dir = tempfile::tempdir()?;
    let pool = open(dir.path()).await?;

    let transfers = (1..=count).map(Transfer::number);
    let results = gather!(
        for each in transfers {
            transfer(&pool, each, each.patience())
        },
        limit = 32
    )
    .await;

    let (mut done, mut refused, mut late) = (Vec::new(), 0, 0);
    for (id, result) in (1..).zip(results) {
        match result {
            Ok(()) => done.push(id),
            Err(BankError::NoMoney(_)) => refused += 1,
            Err(BankError::TooLate(_)) => late += 1,
            Err(other) => return Err(other.into()),
        }
    }
    println!("{} transfers done, {refused} refused, {late} given up in the middle", done.len());

    // One that ran out of time in its COMMIT may be there. One that was reported as done has to be, and none may be in part.
    let there: Vec<i64> = sqlx::query_scalar("SELECT id FROM transfer ORDER BY id").fetch_all(&pool).await?;
    let sum: i64 = sqlx::query_scalar("SELECT sum(cents) FROM account").fetch_one(&pool).await?;
    let lost = done.iter().filter(|&id| !there.contains(id)).count();
    println!("{} transfers in the books, {sum} cents on {ACCOUNTS} accounts", there.len());
    pool.close().await;
    if sum == START * ACCOUNTS && lost == 0 {
        println!("no money was made or lost");
        return Ok(ExitCode::SUCCESS);
    }
    println!("{} cents too many, {lost} transfers lost", sum - START * ACCOUNTS);
    Ok(ExitCode::FAILURE)
}
