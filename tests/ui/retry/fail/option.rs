//! P118, D40: an `Option` has no error.
use weftwork::retry;

#[retry(attempts = 4)]
async fn fetch() -> Option<u8> {
    None
}

fn main() {}
