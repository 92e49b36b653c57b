//! P126: what is wrong in the attributes is no error of its callers.
use weftwork::{blocking, fallback, retry, timeout};

struct Client;

impl Client {
    #[fallback]
    async fn one(&self) -> Result<u8, String> {
        self.two().await
    }
    #[timeout(5s, or = )]
    async fn two(&self) -> Result<u8, String> {
        self.three().await
    }
    #[retry]
    async fn three(&self) -> Result<u8, String> {
        Ok(four().await)
    }
}

#[blocking(gpu)]
async fn four() -> u8 {
    1
}

#[tokio::main]
async fn main() {
    Client.one().await.unwrap();
}
