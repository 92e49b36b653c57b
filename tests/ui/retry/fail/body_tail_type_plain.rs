//! D49: the last expression.
// use weftwork::retry;

struct FetchError;

// #[retry(attempts = 4)]
async fn fetch(text: &str) -> Result<String, FetchError> {
    Ok(text.len())
}

fn main() {}
