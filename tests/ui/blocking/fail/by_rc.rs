//! P107: a receiver that is not `Send`.
use weftwork::blocking;

#[derive(Default)]
struct Reader(u8);

impl Reader {
    #[blocking]
    async fn read(self: std::rc::Rc<Self>) -> u8 {
        self.0
    }
}

#[tokio::main]
async fn main() {
    let _read = std::rc::Rc::new(Reader::default()).read().await;
}
