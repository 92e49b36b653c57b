//! D52: two independent mistakes are reported in one pass.
use weftwork::{Elapsed, timeout};

#[timeout(5)]
fn fetch() -> Result<u8, Elapsed> {
    Ok(1)
}

fn main() {
    fetch().unwrap();
}
