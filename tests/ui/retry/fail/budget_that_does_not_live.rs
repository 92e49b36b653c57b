//! P127: a budget stands for all calls.
use weftwork::retry;

struct FetchError;

use weftwork::RetryBudget;

#[retry(attempts = 3, budget = budget)]
async fn fetch(budget: RetryBudget) -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
