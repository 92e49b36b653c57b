//! P119, D2: modifiers in front of `fn`.
use weftwork::{Elapsed, timeout};

struct Client;

impl Client {
    #[timeout(5s)]
    pub unsafe fn fetch(&self) -> Result<u8, Elapsed> {
        Ok(1)
    }
}

fn main() {}
