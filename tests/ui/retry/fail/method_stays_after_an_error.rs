//! P126, D55: callers and the trait still find it.
use weftwork::retry;

struct FetchError;

trait Service {
    async fn serve(&self, id: String) -> Result<String, FetchError>;
}

struct Client;

impl Service for Client {
    #[retry(atempts = 4)]
    async fn serve(&self, id: String) -> Result<String, FetchError> {
        Ok(id)
    }
}

async fn calls() -> bool {
    Client.serve(String::new()).await.is_ok()
}

fn main() {
    drop(calls());
}
