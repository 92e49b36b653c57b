//! P107, S13: an `impl Trait` without `Send + 'static`.
use weftwork::blocking;

#[blocking]
async fn read(list: impl Iterator<Item = u8>) -> usize {
    list.count()
}

#[tokio::main]
async fn main() {
    let _done = read([1].into_iter()).await;
}
