//! D49: a body that gives nothing.
use weftwork::{Elapsed, limit, timeout};

#[timeout(8s)]
#[limit(4)]
async fn fetch() -> Result<u8, Elapsed> {
    let _one = 1;
}

fn main() {
    let _call = fetch();
}
