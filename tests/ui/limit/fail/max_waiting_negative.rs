//! D36: counts are not below zero.
use weftwork::limit;

use weftwork::LimitExceeded;

#[limit(100, max_waiting = -1)]
async fn fetch() -> Result<(), LimitExceeded> {
    Ok(())
}

fn main() {}
