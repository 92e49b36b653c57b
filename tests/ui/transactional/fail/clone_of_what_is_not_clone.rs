//! T77: it can not be cloned.
use sqlx::Sqlite;
use weftwork::{Begin, TxError, transactional};

struct Receipt;

#[transactional(tx, retry = 5, clone(receipt))]
async fn transfer(tx: impl Begin<Sqlite>, receipt: Receipt) -> Result<Receipt, TxError> {
    Ok(receipt)
}

fn main() {}
