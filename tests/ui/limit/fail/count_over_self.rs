//! P53: one limiter serves all instances.
use weftwork::limit;

struct Client {
    places: usize,
}

impl Client {
    #[limit(self.places)]
    async fn fetch(&self) -> usize {
        self.places
    }
}

#[tokio::main]
async fn main() {
    Client { places: 1 }.fetch().await;
}
