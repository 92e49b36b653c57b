//! T46: one error at the return type.
use sqlx::Sqlite;
use weftwork::{Begin, transactional};

#[transactional(tx, retry = 5, timeout = 2s)]
async fn transfer(tx: impl Begin<Sqlite>) -> i64 {
    1
}

fn main() {}
