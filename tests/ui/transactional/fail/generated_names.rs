//! T29, T31: what is generated has no name for the user.
use sqlx::Sqlite;
use weftwork::{Begin, TxError, transactional};

#[transactional(tx, commit_on(TxError::Escaped if result.is_ok()))]
async fn transfer(tx: impl Begin<Sqlite>) -> Result<(), TxError> {
    tx.connection().await?;
    Ok(())
}

#[transactional(tx, rollback_if = |()| scope.is_over)]
async fn report(tx: impl Begin<Sqlite>) -> Result<(), TxError> {
    tx.connection().await?;
    Ok(())
}

fn main() {}
