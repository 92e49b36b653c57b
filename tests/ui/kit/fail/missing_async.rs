//! P119, D2: no `async`, and no future either.
use weftwork::{Elapsed, timeout};

#[timeout(5s)]
fn fetch() -> Result<u8, Elapsed> {
    Ok(1)
}

fn main() {
    fetch().unwrap();
}
