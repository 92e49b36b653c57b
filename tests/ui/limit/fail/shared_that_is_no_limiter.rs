//! P127: what is shared is a limiter, or leads to one.
use weftwork::limit;

struct Client {
    gate: u32,
}

impl Client {
    #[limit(shared = self.gate)]
    async fn fetch(&self) {}
}

fn main() {}
