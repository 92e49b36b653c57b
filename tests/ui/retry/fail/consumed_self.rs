//! S8, P89: a receiver has one name.
use weftwork::retry;

struct FetchError;

struct Request(String);

impl Request {
    #[retry(attempts = 4)]
    async fn send(self) -> Result<String, FetchError> {
        Ok(self.0)
    }
}

fn main() {}
