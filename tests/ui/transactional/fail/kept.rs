use sqlx::Sqlite;
use weftwork::{Begin, TxError, TxMut, transactional};

#[transactional(tx)]
async fn transfer<'a>(tx: impl Begin<Sqlite>, kept: &mut Vec<TxMut<'a, Sqlite>>) -> Result<(), TxError> {
    kept.push(tx);
    Ok(())
}

fn main() {}
