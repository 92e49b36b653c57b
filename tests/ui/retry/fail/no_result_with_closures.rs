//! P118: what asks about the error says nothing more.
use weftwork::retry;

#[retry(attempts = 4, when = |error| error.is_transient(), after = |error| error.retry_after())]
async fn fetch() -> u8 {
    1
}

fn main() {}
