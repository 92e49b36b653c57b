//! T29 to T44: every spelling.
#![deny(warnings)]

use std::time::Duration;

use sqlx::{Sqlite, SqlitePool};
use weftwork::{Begin, Tx, TxError, retry, secs, timeout, transactional};

const ATTEMPTS: u32 = 5;
const PATIENCE: Duration = secs(2);

#[derive(Debug)]
pub enum BankError {
    Warning(String),
    Late { days: u32 },
    Database(TxError),
}

impl From<TxError> for BankError {
    fn from(error: TxError) -> Self {
        Self::Database(error)
    }
}

impl From<weftwork::Elapsed> for BankError {
    fn from(_: weftwork::Elapsed) -> Self {
        Self::Late { days: 0 }
    }
}

async fn reading(tx: &mut Tx<Sqlite>) -> Result<i64, BankError> {
    tx.connection().await?;
    Ok(1)
}

macro_rules! spelled {
    ($tx:ident; $($name:ident: $attribute:meta),+ $(,)?) => {
        $(
            #[$attribute]
            pub async fn $name($tx: impl Begin<Sqlite>) -> Result<i64, BankError> {
                reading(&mut $tx).await
            }
        )+
    };
}

spelled! {
    tx;
    read_uncommitted: transactional(tx, isolation = read_uncommitted),
    read_committed: transactional(tx, isolation = read_committed),
    repeatable_read: transactional(tx, isolation = repeatable_read),
    serializable: transactional(isolation = serializable, tx),
    read_only: transactional(tx, read_only),
    required: transactional(tx, propagation = required),
    nested: transactional(tx, propagation = nested),
    requires_new: transactional(tx, propagation = requires_new),
    attempts: transactional(tx, retry = 5),
    one_attempt: transactional(tx, retry = 1u32),
    attempts_of_a_constant: transactional(tx, retry = ATTEMPTS),
    attempts_of_a_block: transactional(tx, retry = { ATTEMPTS + 1 }),
    limited: transactional(tx, timeout = 2s),
    limited_in_text: transactional(tx, timeout = "1.5s"),
    limited_by_a_constant: transactional(tx, timeout = PATIENCE),
    limited_by_a_sum: transactional(tx, timeout = PATIENCE + secs(1)),
    polled_once: transactional(tx, timeout = 0s),
    asked: transactional(tx, rollback_if = |cents| *cents < 0),
    asked_by_a_path: transactional(tx, rollback_if = is_negative),
    asked_by_a_block: transactional(tx, rollback_if = { let most = 9; move |cents: &i64| *cents > most }),
    warned: transactional(tx, commit_on(BankError::Warning(_))),
    warned_or_late: transactional(tx, commit_on(BankError::Warning(_) | BankError::Late { days: 1..=3 })),
    warned_shortly: transactional(tx, commit_on(BankError::Warning(text) if text.len() < 3)),
    always: transactional(tx, commit_on(_)),
    every_kind: transactional(tx, commit_on(BankError::Warning(_) | BankError::Late { .. } | BankError::Database(_))),
    everything: transactional(
        tx, isolation = serializable, read_only, propagation = nested, retry = 5, timeout = 2s,
        rollback_if = |cents| *cents < 0, commit_on(BankError::Warning(_)),
    ),
}

fn is_negative(cents: &i64) -> bool {
    *cents < 0
}

/// What is read behind the body is lent to it.
#[transactional(tx, rollback_if = |cents| *cents > most, commit_on(BankError::Late { days } if *days < grace))]
pub async fn arguments(tx: impl Begin<Sqlite>, most: i64, grace: u32, name: String) -> Result<i64, BankError> {
    drop(name);
    Ok(reading(&mut tx).await? + i64::from(grace))
}

/// What the body consumes.
#[transactional(tx, retry = 5, clone(name, list))]
pub async fn copies(tx: impl Begin<Sqlite>, name: String, mut list: Vec<String>, by: &str) -> Result<Vec<String>, BankError> {
    reading(&mut tx).await?;
    list.push(name);
    list.push(by.to_owned());
    Ok(list)
}

/// Other layers around it and in it.
#[timeout(8s)]
#[retry(attempts = 2, clone(name))]
#[transactional(tx = pool, retry = 3, clone(name))]
#[timeout(2s)]
pub async fn stack(pool: &SqlitePool, name: String) -> Result<String, BankError> {
    reading(&mut tx).await?;
    Ok(name)
}

pub struct Bank {
    pool: SqlitePool,
    attempts: u32,
    calls: u32,
}

impl Bank {
    #[transactional(tx = self.pool, retry = self.attempts, timeout = self.patience())]
    pub async fn method(&mut self) -> Result<i64, BankError> {
        self.calls += 1;
        reading(&mut tx).await
    }

    fn patience(&self) -> Duration {
        PATIENCE
    }

    #[transactional(tx = self.pool, retry = 2)]
    pub fn by_hand(&self) -> impl Future<Output = Result<i64, BankError>> + Send + '_ {
        async move { reading(&mut tx).await }
    }
}

#[async_trait::async_trait]
pub trait Service {
    async fn serve(&self, name: String) -> Result<String, BankError>;
}

#[async_trait::async_trait]
impl Service for Bank {
    #[transactional(tx = self.pool, retry = 2, clone(name), rollback_if = String::is_empty)]
    async fn serve(&self, name: String) -> Result<String, BankError> {
        reading(&mut tx).await?;
        Ok(name)
    }
}

fn sends(_: impl Send) {}

pub fn all_go_to_other_threads(pool: &SqlitePool, bank: &mut Bank) {
    sends(everything(pool));
    sends(arguments(pool, 1, 1, String::new()));
    sends(copies(pool, String::new(), Vec::new(), ""));
    sends(stack(pool, String::new()));
    sends(bank.by_hand());
    sends(bank.method());
}

fn main() {}
