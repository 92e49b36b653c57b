//! C47: something that nobody can report to.

use weftwork::gather;

async fn load(id: u8) -> u8 {
    id
}

async fn all() {
    let bar = 5;
    gather!(load(1), load(2), progress = bar).await;
}

fn main() {}
