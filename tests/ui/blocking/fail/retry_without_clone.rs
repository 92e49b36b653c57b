//! P109: each attempt moves its arguments to a thread.
use weftwork::{blocking, retry};

#[retry(attempts = 2)]
#[blocking]
async fn read(text: String) -> Result<usize, String> {
    Ok(text.len())
}

#[tokio::main]
async fn main() {
    read(String::new()).await.unwrap();
}
