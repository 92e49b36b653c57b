//! P126, D55: callers and the trait still find it.
use weftwork::limit;

trait Service {
    async fn serve(&self) -> u8;
}

struct Client;

impl Service for Client {
    #[limit(5, kee = 1)]
    async fn serve(&self) -> u8 {
        1
    }
}

async fn calls() -> u8 {
    Client.serve().await
}

fn main() {
    drop(calls());
}
