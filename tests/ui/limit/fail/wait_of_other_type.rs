//! P127, D33: the compiler's own words about a type.
use weftwork::limit;

use weftwork::LimitExceeded;

#[limit(5, wait = patience)]
async fn fetch(patience: u64) -> Result<u64, LimitExceeded> {
    Ok(patience)
}

fn main() {}
