//! On SQLite, in both journal modes.

use sqlx::sqlite::SqliteJournalMode;
use sqlx::{Sqlite, SqlitePool};
use weftwork::{Begin, Tx, drain, savepoint, secs, transactional};
use weftwork_tests::polls::polls;
use weftwork_tests::store::{Store, StoreError, put};

use crate::bank::{ACCOUNTS, START, Seen, TRANSFERS, Transfer, seed};

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

async fn add(tx: &mut Tx<Sqlite>, account: i64, cents: i64) -> Result<i64, StoreError> {
    let sql = "UPDATE account SET cents = cents + ? WHERE id = ? RETURNING cents";
    Ok(sqlx::query_scalar(sql).bind(cents).bind(account).fetch_one(tx).await?)
}

#[transactional(tx)]
async fn transfer(tx: impl Begin<Sqlite>, transfer: &Transfer, seen: &Seen) -> Result<(), StoreError> {
    let (id, told) = (transfer.id, seen.clone());
    tx.after_completion(move |outcome| async move { told.outcome(id, outcome) });
    put(&mut tx, id).await?;
    // The note is undone, and the transfer goes on.
    savepoint!(tx, async || -> Result<(), StoreError> {
        put(&mut tx, -id - 1).await?;
        Err(StoreError::Own("no note"))
    })
    .await
    .unwrap_err();
    if add(&mut tx, transfer.from, -transfer.cents).await? < 0 {
        return Err(StoreError::Own("no money"));
    }
    savepoint!(tx, { credit(&mut tx, transfer).await }).await
}

#[transactional(tx)]
async fn credit(tx: impl Begin<Sqlite>, transfer: &Transfer) -> Result<(), StoreError> {
    add(&mut tx, transfer.to, transfer.cents).await.map(drop)
}

async fn transfers(pool: SqlitePool, seed: u64, mine: impl Iterator<Item = u64>, seen: Seen) {
    for number in mine {
        let mut next = Transfer::new(seed, number);
        let count = usize::try_from(next.random.below(45)).unwrap();
        let result = polls(count, transfer(&pool, &next, &seen)).await;
        seen.result(next.id, result);
    }
}

async fn run(journal: SqliteJournalMode) {
    const WORKERS: usize = 6;
    let seed = seed();
    let store = Store::open(journal, 4).await;
    sqlx::query("CREATE TABLE account (id INTEGER PRIMARY KEY, cents INTEGER NOT NULL)").execute(&store.pool).await.unwrap();
    for id in 0..i64::try_from(ACCOUNTS).unwrap() {
        sqlx::query("INSERT INTO account VALUES (?, ?)").bind(id).bind(START).execute(&store.pool).await.unwrap();
    }
    let seen = Seen::default();
    let tasks = (0..WORKERS).map(|worker| {
        let mine = (0..TRANSFERS).skip(worker).step_by(WORKERS);
        tokio::spawn(transfers(store.pool.clone(), seed, mine, seen.clone()))
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    assert!(drain(secs(60)).await.is_empty());
    store.assert_whole().await;
    let sum = sqlx::query_scalar("SELECT sum(cents) FROM account").fetch_one(&store.pool).await.unwrap();
    seen.check(&format!("{journal:?}"), sum, &store.rows().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t70_no_money_is_made_or_lost_with_a_write_ahead_log() {
    run(SqliteJournalMode::Wal).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t70_no_money_is_made_or_lost_with_a_rollback_journal() {
    run(SqliteJournalMode::Delete).await;
}
