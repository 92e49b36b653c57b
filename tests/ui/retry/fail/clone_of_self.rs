//! P125: a receiver has one name.
use weftwork::retry;

struct FetchError;

#[derive(Clone)]
struct Request(String);

impl Request {
    #[retry(attempts = 4, clone(self))]
    async fn send(self) -> Result<String, FetchError> {
        Ok(self.0)
    }
}

fn main() {}
