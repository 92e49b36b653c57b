//! D49: a type error in the body stands where it stands without us.
use weftwork::blocking;

#[blocking]
async fn read(fast: bool) -> u8 {
    if fast {
        return "one";
    }
    1
}

#[tokio::main]
async fn main() {
    read(true).await;
}
