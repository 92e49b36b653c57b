//! D24, C129: two mistakes, an option that is not for arms and the comma before it.

use weftwork::gather;

async fn load(id: u8) -> u8 {
    id
}

async fn all() {
    gather!(load(1), load(2) limit = 3).await;
}

fn main() {}
