//! P107: a receiver by value that is not `Send`.
use std::rc::Rc;
use weftwork::blocking;

struct Reader(Rc<u8>);

impl Reader {
    #[blocking]
    async fn read(self) -> u8 {
        *self.0
    }
}

#[tokio::main]
async fn main() {
    let _read = Reader(Rc::new(1)).read().await;
}
