use weftwork::{TxError, transactional};

#[transactional(tx)]
async fn transfer(from: i64, to: i64) -> Result<i64, TxError> {
    Ok(from + to)
}

fn main() {}
