use weftwork::{TxError, transactional};

struct Bank {
    name: String,
}

impl Bank {
    #[transactional(tx = self.name)]
    async fn transfer(&self) -> Result<(), TxError> {
        Ok(())
    }
}

fn main() {}
