//! P120, D4: nothing to act on.
use weftwork::{Elapsed, timeout};

trait Service {
    #[timeout(5s)]
    async fn fetch(&self) -> Result<u8, Elapsed>;
}

struct Plain;

impl Service for Plain {
    async fn fetch(&self) -> Result<u8, Elapsed> {
        Ok(1)
    }
}

#[tokio::main]
async fn main() {
    Plain.fetch().await.unwrap();
}
