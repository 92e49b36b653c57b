//! P107, S5: a mutable borrow.
use weftwork::blocking;

#[blocking]
async fn read(list: &mut Vec<u8>) {
    list.push(1);
}

#[tokio::main]
async fn main() {
    let _done = read(&mut Vec::new()).await;
}
