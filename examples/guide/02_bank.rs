//! A bank: transfers under contention, some of them given up in the middle, and no money made or lost.
//!
//! `cargo run --example 02_bank [TRANSFERS]` runs it on SQLite, in a file of its own. With `DATABASE_URL=postgres://..` it runs on that
//! PostgreSQL, in a schema of its own, which is gone afterwards.

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{ColumnIndex, ConnectOptions, Connection, Decode, Encode, Executor, IntoArguments, Pool, Type};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use weftwork::{Begin, Driver, Elapsed, Tx, TxError, attempt, drain, gather, millis, savepoint, secs, timeout, transactional};

const ACCOUNTS: i64 = 10;
/// The bank's own.
const BANK: i64 = ACCOUNTS - 1;
/// On each of them.
const START: i64 = 1_000;
const LARGE: i64 = 350;

#[derive(Debug, thiserror::Error)]
enum BankError {
    #[error("not enough money on account {0}")]
    NoMoney(i64),
    #[error(transparent)]
    Left(#[from] Elapsed),
    #[error("the transaction failed: {0}")]
    Transaction(#[from] TxError),
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
}

/// Takes the money from one account and gives it to the other: both or neither. Where another transfer has come in its way, it runs
/// again, as a whole. If it runs out of patience, nothing has happened.
#[transactional(tx, isolation = repeatable_read, retry = 20, timeout = order.patience)]
async fn transfer<Db: Books>(tx: impl Begin<Db>, order: Order, mail: &UnboundedSender<Receipt>) -> Result<(), BankError> {
    let Order { id, from, to, cents, .. } = order;
    Db::numbers(&mut tx, "INSERT INTO transfer (id, cents) VALUES ($1, $2) RETURNING id", &[id, cents]).await?;
    // All in the same order, so that no two transfers have what the other one waits for.
    let mut bookings = [(from, -cents), (to, cents)];
    bookings.sort_unstable();
    for (account, cents) in bookings {
        book(&mut tx, account, cents).await?;
    }
    if cents >= LARGE {
        // A present, as long as the bank can pay for it. If not, the transfer stands all the same.
        let present = savepoint!(tx, { give(&mut tx, to, cents / 100).await });
        present.await.or_else(|error| if let BankError::NoMoney(_) = error { Ok(()) } else { Err(error) })?;
    }
    // Leaves when the transfer is in the books, and only then.
    let (mail, receipt) = (mail.clone(), Receipt { id, runs: attempt() });
    tx.after_commit(async move { mail.send(receipt).map_err(|_| "nobody takes the mail") });
    Ok(())
}

/// The same for a customer who may leave meanwhile. What is not committed then is rolled back.
#[timeout(order.stay)]
async fn serve<Db: Books>(pool: &Pool<Db>, order: Order, mail: &UnboundedSender<Receipt>) -> Result<(), BankError> {
    transfer(pool, order, mail).await
}

/// From the bank's own account, as a part of the caller's transaction.
#[transactional(tx)]
async fn give<Db: Books>(tx: impl Begin<Db>, to: i64, cents: i64) -> Result<(), BankError> {
    book(&mut tx, to, cents).await?;
    book(&mut tx, BANK, -cents).await
}

/// Only inside a transaction.
async fn book<Db: Books>(tx: &mut Tx<Db>, account: i64, cents: i64) -> Result<(), BankError> {
    let sql = "UPDATE account SET cents = cents + $1 WHERE id = $2 RETURNING cents";
    match Db::numbers(tx, sql, &[cents, account]).await?[..] {
        [left] if left >= 0 => Ok(()),
        _ => Err(BankError::NoMoney(account)),
    }
}

/// The money in the bank and the transfers in its books, at one moment.
#[transactional(tx, read_only, isolation = repeatable_read)]
async fn audit<Db: Books>(tx: impl Begin<Db>) -> Result<(i64, Vec<i64>), BankError> {
    let money = Db::numbers(&mut tx, "SELECT cents FROM account", &[]).await?;
    let transfers = Db::numbers(&mut tx, "SELECT id FROM transfer ORDER BY id", &[]).await?;
    Ok((money.iter().sum(), transfers))
}

#[transactional(tx)]
async fn found<Db: Books>(tx: impl Begin<Db>) -> Result<(), BankError> {
    tx.execute("CREATE TABLE account (id BIGINT PRIMARY KEY, cents BIGINT NOT NULL)").await?;
    tx.execute("CREATE TABLE transfer (id BIGINT PRIMARY KEY, cents BIGINT NOT NULL)").await?;
    for id in 0..ACCOUNTS {
        Db::numbers(&mut tx, "INSERT INTO account VALUES ($1, $2) RETURNING id", &[id, START]).await?;
    }
    Ok(())
}

#[derive(Clone, Copy)]
struct Order {
    id: i64,
    from: i64,
    to: i64,
    cents: i64,
    /// After that the transfer gives up by itself.
    patience: Duration,
    /// After that the customer has left, and does not see what becomes of it.
    stay: Duration,
}

struct Receipt {
    id: i64,
    /// How often the transfer was run until nobody came in its way.
    runs: u32,
}

impl Order {
    /// Spread over the accounts, and over people in more or less of a hurry, without a random number generator.
    fn number(id: i64) -> Self {
        let hurry = millis(id.unsigned_abs() * 7 % 300);
        Self {
            id,
            from: id * id % BANK,
            to: (id * 3 + 1) % BANK,
            cents: id * 37 % 400,
            patience: if id % 3 == 0 { hurry } else { secs(60) },
            stay: if id % 4 == 0 { hurry } else { secs(60) },
        }
    }
}

/// A day of business, and whether the books are right after it.
async fn business<Db: Books>(pool: &Pool<Db>, count: i64) -> Result<bool, BankError> {
    found(pool).await?;
    let (mail, mut letters) = unbounded_channel();
    let orders = (1..=count).map(Order::number);
    let results = gather!(
        for order in orders {
            serve(pool, order, &mail)
        },
        limit = 32
    )
    .await;
    // Those that were left in their COMMIT are still at it, or at their receipt.
    drain(secs(60)).await;

    let (mut done, mut refused, mut late, mut left) = (Vec::new(), 0, 0, Vec::new());
    for (id, result) in (1..).zip(results) {
        match result {
            Ok(()) => done.push(id),
            Err(BankError::NoMoney(_)) => refused += 1,
            Err(BankError::Transaction(TxError::TimedOut(_))) => late += 1,
            // Another transfer was in its way, and it had no time left for one more run.
            Err(BankError::Database(error)) if is_conflict(&error) => late += 1,
            Err(BankError::Left(_)) => left.push(id),
            Err(other) => return Err(other),
        }
    }
    println!("{} transfers done, {refused} refused, {late} given up, {} left alone", done.len(), left.len());

    drop(mail);
    let (mut receipts, mut runs) = (Vec::new(), 0);
    while let Some(receipt) = letters.recv().await {
        receipts.push(receipt.id);
        runs += receipt.runs;
    }
    receipts.sort_unstable();
    let (money, there) = audit(pool).await?;
    println!("{} transfers in the books, after {runs} runs, {money} cents on {ACCOUNTS} accounts", there.len());

    // What was reported as done is there, and nothing else but what nobody was there to hear of; each has its receipt.
    let missing = done.iter().filter(|&id| !there.contains(id)).count();
    let strange = there.iter().filter(|&id| !done.contains(id) && !left.contains(id)).count();
    println!("{} cents too many, {missing} transfers missing, {strange} that nobody has made", money - START * ACCOUNTS);
    Ok(money == START * ACCOUNTS && missing == 0 && strange == 0 && receipts == there)
}

/// Whether it is a serialization failure or a deadlock of PostgreSQL.
fn is_conflict(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    matches!(code.as_deref(), Some("40001" | "40P01"))
}

async fn on_sqlite(count: i64) -> Result<bool, Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let options = SqliteConnectOptions::new().filename(dir.path().join("bank.db")).create_if_missing(true);
    let options = options.journal_mode(SqliteJournalMode::Wal).busy_timeout(secs(60));
    let pool = SqlitePoolOptions::new().max_connections(8).acquire_timeout(secs(60)).connect_with(options).await?;
    let is_right = business(&pool, count).await;
    pool.close().await;
    Ok(is_right?)
}

async fn on_postgres(url: &str, count: i64) -> Result<bool, Box<dyn Error>> {
    let options: PgConnectOptions = url.parse()?;
    let mut admin = options.connect().await?;
    admin.execute("DROP SCHEMA IF EXISTS weftwork_bank CASCADE").await?;
    admin.execute("CREATE SCHEMA weftwork_bank").await?;
    let options = options.options([("search_path", "weftwork_bank")]);
    let pool = PgPoolOptions::new().max_connections(8).acquire_timeout(secs(60)).connect_with(options).await?;
    let is_right = business(&pool, count).await;
    pool.close().await;
    admin.execute("DROP SCHEMA weftwork_bank CASCADE").await?;
    admin.close().await?;
    Ok(is_right?)
}

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let count = std::env::args().nth(1).map_or(Ok(300), |count| count.parse())?;
    let is_right = match std::env::var("DATABASE_URL") {
        Ok(url) => on_postgres(&url, count).await?,
        Err(_) => on_sqlite(count).await?,
    };
    println!("{}", if is_right { "no money was made or lost" } else { "the books are wrong" });
    Ok(if is_right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What the bank asks of a database besides transactions: numbers in, numbers out. SQLite and PostgreSQL both understand its
/// statements.
trait Books: Driver {
    async fn numbers(tx: &mut Tx<Self>, sql: &'static str, values: &[i64]) -> Result<Vec<i64>, sqlx::Error>;
}

impl<Db> Books for Db
where
    Db: Driver<Arguments: IntoArguments<Db>>,
    usize: ColumnIndex<Db::Row>,
    i64: Type<Db> + for<'q> Encode<'q, Db> + for<'r> Decode<'r, Db>,
{
    async fn numbers(tx: &mut Tx<Self>, sql: &'static str, values: &[i64]) -> Result<Vec<i64>, sqlx::Error> {
        let query = values.iter().fold(sqlx::query_scalar(sql), |query, value| query.bind(*value));
        query.fetch_all(tx).await
    }
}
