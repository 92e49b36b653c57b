//! P89, S3: an argument that the body consumes, and that is not in `clone(..)`.
use weftwork::{Elapsed, fallback, limit, retry, timeout};

#[fallback(_ => Ok(Vec::new()))]
#[timeout(8s)]
#[retry(attempts = 2)]
#[limit(4)]
#[timeout(2s)]
async fn send(request: String) -> Result<Vec<u8>, Elapsed> {
    Ok(request.into_bytes())
}

#[tokio::main]
async fn main() {
    send(String::new()).await.unwrap();
}
