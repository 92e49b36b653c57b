use sqlx::SqliteConnection;
use weftwork::{TxError, transactional};

#[transactional(tx = connection)]
async fn transfer(connection: &mut SqliteConnection) -> Result<(), TxError> {
    Ok(())
}

fn main() {}
