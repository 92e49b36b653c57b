//! D52, D53: five layers with one mistake each, and a missing `async`.
use weftwork::{blocking, fallback, retry, timeout};

#[fallback(Ok(1))]
#[timeout(5, or = Ok(1))]
#[retry(attempts = 0)]
#[blocking(gpu)]
fn fetch() -> Result<u8, String> {
    Ok(1)
}

fn main() {
    fetch().unwrap();
}
