//! T77: a receiver has one name.
use sqlx::SqlitePool;
use weftwork::{TxError, transactional};

struct Bank {
    pool: SqlitePool,
    name: String,
}

impl Bank {
    #[transactional(tx = self.pool, retry = 5)]
    async fn close(self) -> Result<String, TxError> {
        Ok(self.name)
    }
}

fn main() {}
