//! P120, D4: a method without a body.
use weftwork::retry;

struct FetchError;

trait Service {
    #[retry(attempts = 4)]
    async fn serve(&self) -> Result<u8, FetchError>;
}

fn main() {}
