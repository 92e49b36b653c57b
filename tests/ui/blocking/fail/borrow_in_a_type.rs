//! P107: a borrow inside of a type.
use weftwork::blocking;

#[blocking]
async fn read(list: Vec<&str>) -> usize {
    list.len()
}

#[tokio::main]
async fn main() {
    let _done = read(Vec::new()).await;
}
