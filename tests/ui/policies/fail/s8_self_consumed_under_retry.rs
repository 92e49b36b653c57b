//! S8 (s): `self` has one name, and can not be bound anew.
use weftwork::retry;

struct Owner(Vec<u8>);

impl Owner {
    #[retry(attempts = 2)]
    async fn take(self) -> Result<Vec<u8>, String> {
        Ok(self.0)
    }
}

#[tokio::main]
async fn main() {
    Owner(Vec::new()).take().await.unwrap();
}
