//! D2: a plain function.
use weftwork::blocking;

#[blocking]
fn read() -> u8 {
    1
}

#[tokio::main]
async fn main() {
    let _done = std::future::ready(read()).await;
}
