//! P107: an argument that is not `Send`.
use weftwork::blocking;

#[blocking]
async fn read(shared: std::rc::Rc<u8>) -> u8 {
    *shared
}

#[tokio::main]
async fn main() {
    let _done = read(std::rc::Rc::new(1)).await;
}
