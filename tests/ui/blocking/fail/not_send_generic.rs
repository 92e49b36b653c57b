//! P107, S10: a type parameter without `Send + 'static`.
use weftwork::blocking;

#[blocking]
async fn read<T: Clone>(value: T) {
    drop(value);
}

#[tokio::main]
async fn main() {
    let _done = read(1).await;
}
