//! T41, T44: nothing to begin on is one error, whatever the options.
use weftwork::{TxError, transactional};

struct Bank {
    name: String,
}

impl Bank {
    #[transactional(tx = self.name, retry = 5, timeout = 2s)]
    async fn transfer(&self) -> Result<(), TxError> {
        Ok(())
    }
}

fn main() {}
