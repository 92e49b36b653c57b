//! S30 (r): a mutable borrow handed out of a loop.
use weftwork::retry;

struct Buffer(Vec<u8>);

impl Buffer {
    #[retry(attempts = 2)]
    async fn last(&mut self) -> Result<&mut u8, String> {
        self.0.last_mut().ok_or_else(String::new)
    }
}

#[tokio::main]
async fn main() {
    Buffer(vec![1]).last().await.unwrap();
}
