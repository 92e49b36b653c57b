use sqlx::SqlitePool;
use weftwork::{TxError, transactional};

struct Bank {
    pool: SqlitePool,
}

impl Bank {
    #[transactional(self.pool)]
    async fn transfer(&self) -> Result<(), TxError> {
        tx.connection().await?;
        Ok(())
    }
}

fn main() {}
