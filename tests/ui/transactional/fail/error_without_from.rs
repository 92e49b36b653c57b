use sqlx::Sqlite;
use weftwork::{Begin, transactional};

struct BankError;

#[transactional(tx)]
async fn transfer(tx: impl Begin<Sqlite>) -> Result<(), BankError> {
    Err(BankError)
}

fn main() {}
