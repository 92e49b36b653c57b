//! S8 (s): the same below other layers.
use weftwork::{Elapsed, retry, timeout};

struct Owner(Vec<u8>);

impl Owner {
    #[timeout(8s)]
    #[retry(attempts = 2)]
    #[timeout(2s)]
    async fn take(self) -> Result<Vec<u8>, Elapsed> {
        Ok(self.0)
    }
}

#[tokio::main]
async fn main() {
    Owner(Vec::new()).take().await.unwrap();
}
