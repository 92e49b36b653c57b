//! P107, S7: a receiver that is borrowed mutably.
use weftwork::blocking;

#[derive(Default)]
struct Reader(u8);

impl Reader {
    #[blocking]
    async fn read(&mut self) -> u8 {
        self.0
    }
}

#[tokio::main]
async fn main() {
    let _read = Reader::default().read().await;
}
