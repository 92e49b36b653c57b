//! T45, T46: every mistake in one pass.
use weftwork::{TxError, transactional};

struct Bank;

impl Bank {
    #[transactional(tx, isolation = chaos, retry = 0, read_only = yes, propagation = never, timeout = 5)]
    fn transfer(&self) -> Result<(), TxError> {
        Ok(())
    }
}

fn main() {}
