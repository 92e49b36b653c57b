//! C131: an arm that is no future.

use weftwork::race;

fn plain() -> u8 {
    1
}

async fn all() {
    race!(plain(), async { 1_u8 }).await;
    race!(async { 1_u8 }, "text").await;
}

fn main() {}
