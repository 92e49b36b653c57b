use weftwork::{TxError, savepoint};

async fn order() -> Result<(), TxError> {
    savepoint!().await
}

fn main() {}
