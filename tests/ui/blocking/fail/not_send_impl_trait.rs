//! P107, S14: a result that is not `Send`, behind an `impl Trait`.
use weftwork::blocking;

#[blocking]
async fn read() -> impl Iterator<Item = u8> {
    let shared = std::rc::Rc::new(1);
    std::iter::once(1).map(move |one| one + *shared)
}

#[tokio::main]
async fn main() {
    let _done = read().await;
}
