//! P118: two retries, and one error.
use weftwork::retry;

#[retry(attempts = 4)]
#[retry(within = 10s)]
async fn fetch() -> u8 {
    1
}

fn main() {}
