//! D44: an async function that is not called.

use weftwork::race;

async fn answer() -> u8 {
    1
}

async fn all() {
    race!(answer, answer()).await;
}

fn main() {}
