//! P117, D39 under `#[async_trait]`.
use weftwork::timeout;

#[async_trait::async_trait]
trait Service {
    async fn fetch(&self) -> Result<u8, std::fmt::Error>;
}

struct Plain;

#[async_trait::async_trait]
impl Service for Plain {
    #[timeout(5s)]
    async fn fetch(&self) -> Result<u8, std::fmt::Error> {
        Ok(1)
    }
}

#[tokio::main]
async fn main() {
    Plain.fetch().await.unwrap();
}
