//! Transactions given up at every poll and at random ones, and what they cost in statements.

use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use sqlx::sqlite::SqliteJournalMode;
use sqlx::{Sqlite, SqlitePool};
use weftwork::{Begin, Tx, savepoint, transactional};
use weftwork_tests::polls::polls;
use weftwork_tests::store::{Store, StoreError, put};

/// Everything that there is: a statement, a joined call, a savepoint kept and one undone.
#[transactional(tx)]
async fn all(tx: impl Begin<Sqlite>) -> Result<(), StoreError> {
    put(&mut tx, 1).await?;
    joined(&mut tx, 2).await?;
    savepoint!(tx, { joined(&mut tx, 3).await }).await?;
    let undone = savepoint!(tx, async || -> Result<(), StoreError> {
        joined(&mut tx, 4).await?;
        Err(StoreError::Own("undone"))
    });
    undone.await.unwrap_err();
    put(&mut tx, 5).await
}

#[transactional(tx)]
async fn joined(tx: impl Begin<Sqlite>, n: i64) -> Result<(), StoreError> {
    put(&mut tx, n).await
}

#[tokio::test]
async fn t59_t65_given_up_at_every_poll_it_is_there_whole_or_not_at_all() {
    for store in Store::both(2).await {
        let mut count = 0;
        loop {
            let done = polls(count, all(&store.pool)).await;
            store.assert_whole().await;
            let rows = store.rows().await;
            let whole = rows == [1, 2, 3, 5];
            assert!(whole || rows.is_empty(), "after {count} polls there is a part: {rows:?}");
            if let Some(done) = done {
                done.unwrap();
                assert!(whole);
                break;
            }
            sqlx::query("DELETE FROM t").execute(&store.pool).await.unwrap();
            count += 1;
        }
        assert!(count > 0);
    }
}

const ACCOUNTS: u64 = 10;
const TRANSFERS: u64 = 300;
const START: i64 = 1000;

async fn add(tx: &mut Tx<Sqlite>, account: u64, cents: i64) -> Result<i64, StoreError> {
    let sql = "UPDATE account SET cents = cents + ? WHERE id = ? RETURNING cents";
    Ok(sqlx::query_scalar(sql).bind(cents).bind(i64::try_from(account).unwrap()).fetch_one(tx).await?)
}

#[transactional(tx)]
async fn transfer(tx: impl Begin<Sqlite>, id: i64, from: u64, to: u64, cents: i64) -> Result<(), StoreError> {
    put(&mut tx, id).await?;
    // The note is undone, and the transfer goes on.
    savepoint!(tx, async || -> Result<(), StoreError> {
        put(&mut tx, -id - 1).await?;
        Err(StoreError::Own("no note"))
    })
    .await
    .unwrap_err();
    if add(&mut tx, from, -cents).await? < 0 {
        return Err(StoreError::Own("no money"));
    }
    savepoint!(tx, { credit(&mut tx, to, cents).await }).await
}

#[transactional(tx)]
async fn credit(tx: impl Begin<Sqlite>, to: u64, cents: i64) -> Result<(), StoreError> {
    add(&mut tx, to, cents).await.map(drop)
}

#[derive(Debug, Default)]
struct Seen {
    done: Vec<i64>,
    refused: Vec<i64>,
    dropped: usize,
}

/// Numbers that depend on the seed and the transfer alone, so that a failed run can be repeated.
fn random(seed: u64, transfer: u64, which: u64) -> u64 {
    let mut x = seed ^ transfer.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ which.wrapping_mul(0xD1B5_4A32_D192_ED03);
    for _ in 0..4 {
        x ^= x >> 31;
        x = x.wrapping_mul(0x7FB5_D329_728E_A185);
        x ^= x >> 27;
    }
    x
}

async fn transfers(pool: SqlitePool, seed: u64, worker: u64, workers: u64, seen: Arc<Mutex<Seen>>) {
    for n in (worker..TRANSFERS).step_by(usize::try_from(workers).unwrap()) {
        let (from, to) = (random(seed, n, 0) % ACCOUNTS, random(seed, n, 1) % ACCOUNTS);
        let cents = i64::try_from(random(seed, n, 2) % 600).unwrap();
        let count = usize::try_from(random(seed, n, 3) % 45).unwrap();
        let id = i64::try_from(n).unwrap();
        let outcome = polls(count, transfer(&pool, id, from, to, cents)).await;
        let mut seen = seen.lock().unwrap();
        match outcome {
            Some(Ok(())) => seen.done.push(id),
            Some(Err(_)) => seen.refused.push(id),
            None => seen.dropped += 1,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t70_no_money_is_made_or_lost_however_transfers_are_given_up() {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos();
    let seed = std::env::var("WEFTWORK_SEED").map_or(now as u64, |seed| seed.parse().expect("WEFTWORK_SEED is a number"));
    println!("WEFTWORK_SEED={seed}");
    for journal in [SqliteJournalMode::Wal, SqliteJournalMode::Delete] {
        let store = Store::open(journal, 4).await;
        sqlx::query("CREATE TABLE account (id INTEGER PRIMARY KEY, cents INTEGER NOT NULL)").execute(&store.pool).await.unwrap();
        for id in 0..ACCOUNTS {
            let id = i64::try_from(id).unwrap();
            sqlx::query("INSERT INTO account VALUES (?, ?)").bind(id).bind(START).execute(&store.pool).await.unwrap();
        }
        let seen = Arc::new(Mutex::new(Seen::default()));
        let workers = 6;
        let tasks =
            (0..workers).map(|worker| tokio::spawn(transfers(store.pool.clone(), seed, worker, workers, Arc::clone(&seen))));
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
        store.assert_whole().await;
        let seen = Arc::into_inner(seen).unwrap().into_inner().unwrap();
        println!("{journal:?}: {} done, {} refused, {} dropped", seen.done.len(), seen.refused.len(), seen.dropped);
        let sum: i64 = sqlx::query_scalar("SELECT sum(cents) FROM account").fetch_one(&store.pool).await.unwrap();
        assert_eq!(sum, START * i64::try_from(ACCOUNTS).unwrap());
        let rows = store.rows().await;
        assert!(seen.done.iter().all(|id| rows.contains(id)), "reported as done, and not there");
        assert!(!seen.refused.iter().any(|id| rows.contains(id)), "reported as failed, and there");
        assert!(rows.iter().all(|id| *id >= 0), "an undone savepoint is there");
        assert!(!seen.done.is_empty() && seen.dropped > 0, "{seen:?}");
    }
}
