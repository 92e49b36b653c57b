//! S30: a borrow of `&mut self` out of a loop.
use weftwork::retry;

struct FetchError;

struct Buffer(Vec<u8>);

impl Buffer {
    #[retry(attempts = 4)]
    async fn fill(&mut self) -> Result<&mut Vec<u8>, FetchError> {
        Ok(&mut self.0)
    }
}

fn main() {}
