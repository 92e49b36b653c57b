//! P121, D28: a duration needs a unit.
use weftwork::limit;

use weftwork::LimitExceeded;

#[limit(5, wait = 500)]
async fn fetch() -> Result<(), LimitExceeded> {
    Ok(())
}

fn main() {}
