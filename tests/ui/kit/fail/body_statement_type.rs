//! D49: a type error in the middle.
use weftwork::{Elapsed, limit, timeout};

#[timeout(8s)]
#[limit(4)]
async fn fetch() -> Result<u8, Elapsed> {
    let one: u8 = "one";
    Ok(one)
}

fn main() {
    let _call = fetch();
}
