//! P89: only the one that is consumed.
use weftwork::retry;

struct FetchError;

struct Client;

impl Client {
    #[retry(attempts = 4, clone(key))]
    async fn send(&self, request: String, key: String) -> Result<(Vec<u8>, String), FetchError> {
        Ok((request.into_bytes(), key))
    }
}

fn main() {}
