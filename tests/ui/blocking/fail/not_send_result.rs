//! P107: a result that is not `Send`.
use weftwork::blocking;

#[blocking]
async fn read() -> std::rc::Rc<u8> {
    std::rc::Rc::new(1)
}

#[tokio::main]
async fn main() {
    let _done = read().await;
}
