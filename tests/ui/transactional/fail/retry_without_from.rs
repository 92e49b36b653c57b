//! T46: one error at the return type, whatever the options.
use sqlx::Sqlite;
use weftwork::{Begin, transactional};

struct BankError;

#[transactional(tx, retry = 5, timeout = 2s, commit_on(BankError), rollback_if = |()| true)]
async fn transfer(tx: impl Begin<Sqlite>) -> Result<(), BankError> {
    Err(BankError)
}

fn main() {}
