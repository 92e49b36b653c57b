//! P127: the compiler's own words about a type.
use weftwork::limit;

use weftwork::LimitExceeded;

#[limit(100, max_waiting = 500ms)]
async fn fetch() -> Result<(), LimitExceeded> {
    Ok(())
}

fn main() {}
