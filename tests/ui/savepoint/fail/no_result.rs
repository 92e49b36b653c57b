use sqlx::Sqlite;
use weftwork::{Tx, savepoint};

async fn order(tx: &mut Tx<Sqlite>) -> i64 {
    savepoint!(tx, { 1_i64 }).await
}

fn main() {}
