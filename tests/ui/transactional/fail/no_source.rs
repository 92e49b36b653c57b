use weftwork::{TxError, transactional};

#[transactional]
async fn transfer(from: i64) -> Result<i64, TxError> {
    Ok(from)
}

#[transactional()]
async fn transfer_too(from: i64) -> Result<i64, TxError> {
    Ok(from)
}

fn main() {}
