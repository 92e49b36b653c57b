//! D49: an early return has another type.
use weftwork::{Elapsed, limit, timeout};

#[timeout(8s)]
#[limit(4)]
async fn fetch() -> Result<u8, Elapsed> {
    if std::env::args().count() > 1 {
        return 1;
    }
    Ok(1)
}

fn main() {
    let _call = fetch();
}
