//! P107, S6: a receiver that is borrowed.
use weftwork::blocking;

#[derive(Default)]
struct Reader(u8);

impl Reader {
    #[blocking]
    async fn read(&self) -> u8 {
        self.0
    }
}

#[tokio::main]
async fn main() {
    let _read = Reader::default().read().await;
}
