//! `#[retry]` in every form, with `crate = path`.

use std::io;

use woven::{Backoff, RetryBudget, limit, retry};

static BUDGET: RetryBudget = RetryBudget::percent(20);

/// Every option.
///
/// # Errors
/// When the last attempt fails.
#[retry(attempts = 4, within = 10s, backoff = 50ms..2s, jitter, when = |_| true, after = |_| None, budget = BUDGET, crate = woven)]
pub async fn all_options() -> io::Result<u8> {
    Ok(1)
}

/// With values.
///
/// # Errors
/// When the last attempt fails.
#[retry(attempts = most, backoff = backoff, crate = "woven")]
pub async fn values(most: u32, backoff: Backoff) -> io::Result<u32> {
    Ok(most)
}

/// The path on the one in the middle serves the stack.
///
/// # Errors
/// When the last attempt fails.
#[retry(attempts = 4, clone(name))]
#[limit(4, key = name, crate = crate::reexport::fabric)]
#[retry(attempts = 4, clone(name))]
pub async fn stack(name: String) -> io::Result<String> {
    Ok(name)
}
