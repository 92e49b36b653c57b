//! D49: the tail lacks its `Ok`.
use weftwork::{Elapsed, limit, timeout};

#[timeout(8s)]
#[limit(4)]
async fn fetch() -> Result<u8, Elapsed> {
    1
}

fn main() {
    let _call = fetch();
}
