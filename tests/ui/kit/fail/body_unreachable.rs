//! D50: code that is never reached.
#![deny(unreachable_code)]
use weftwork::{Elapsed, limit, timeout};

#[timeout(8s)]
#[limit(4)]
async fn fetch() -> Result<u8, Elapsed> {
    return Ok(1);
    Ok(2)
}

fn main() {
    let _call = fetch();
}
