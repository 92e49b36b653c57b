//! P127: the compiler's own words about a type.
use weftwork::retry;

struct FetchError;

static BUDGET: u32 = 20;

#[retry(attempts = 3, budget = BUDGET)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
