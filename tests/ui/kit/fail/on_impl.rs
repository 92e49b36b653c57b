//! P119, D1: a policy goes on a function, and the `impl` stays usable.
use weftwork::timeout;

struct Client;

#[timeout(5s)]
impl Client {
    async fn fetch(&self) {}
}

#[tokio::main]
async fn main() {
    Client.fetch().await;
}
