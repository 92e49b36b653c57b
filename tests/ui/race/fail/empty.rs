//! C68.

use weftwork::race;

async fn all() {
    race!().await;
}

fn main() {}
