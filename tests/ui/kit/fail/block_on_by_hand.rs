//! No `async`; that the function runs a future itself does not matter.
use weftwork::{Elapsed, timeout};

#[timeout(5s)]
fn fetch() -> Result<u8, Elapsed> {
    tokio::runtime::Runtime::new().unwrap().block_on(async { Ok(1) })
}

fn main() {
    fetch().unwrap();
}
