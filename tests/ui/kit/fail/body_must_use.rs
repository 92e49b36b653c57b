//! D50: a result that nobody looks at.
#![deny(unused_must_use)]
use weftwork::{Elapsed, limit, timeout};

#[timeout(8s)]
#[limit(4)]
async fn fetch() -> Result<u8, Elapsed> {
    std::fs::remove_file("a");
    Ok(1)
}

fn main() {
    let _call = fetch();
}
