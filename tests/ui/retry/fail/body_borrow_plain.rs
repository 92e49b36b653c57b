//! D50: two borrows at once.
// use weftwork::retry;

struct FetchError;

// #[retry(attempts = 4)]
async fn fetch(text: &str) -> Result<String, FetchError> {
    let mut list = vec![text.len()];
    let first = &list[0];
    list.push(1);
    Ok(first.to_string())
}

fn main() {}
