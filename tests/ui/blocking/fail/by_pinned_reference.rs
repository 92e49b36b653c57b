//! P107: a receiver that is a borrow.
use weftwork::blocking;

#[derive(Default)]
struct Reader(u8);

impl Reader {
    #[blocking]
    async fn read(self: std::pin::Pin<&mut Self>) -> u8 {
        self.0
    }
}

#[tokio::main]
async fn main() {
    let _read = std::pin::Pin::new(&mut Reader::default()).read().await;
}
