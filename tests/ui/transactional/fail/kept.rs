use sqlx::Sqlite;
use weftwork::{Begin, Tx, TxError, transactional};

#[transactional(tx)]
async fn transfer<'a>(tx: impl Begin<Sqlite>, kept: &mut Vec<&'a mut Tx<Sqlite>>) -> Result<(), TxError> {
    kept.push(&mut *tx);
    Ok(())
}

fn main() {}
