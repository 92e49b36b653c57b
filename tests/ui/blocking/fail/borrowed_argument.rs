//! P107, S4: a borrowed argument.
use weftwork::blocking;

#[blocking]
async fn read(text: &str) -> usize {
    text.len()
}

#[tokio::main]
async fn main() {
    let _done = read("").await;
}
