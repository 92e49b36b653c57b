use sqlx::Sqlite;
use weftwork::{Begin, transactional};

#[transactional(tx)]
async fn count(tx: impl Begin<Sqlite>) -> i64 {
    1
}

#[transactional(tx)]
async fn nothing(tx: impl Begin<Sqlite>) {}

fn main() {}
