//! C21, D59: the names of the expansion are out of reach.

use weftwork::race;

async fn all() {
    race!(async { output }, async { 1 }).await;
}

fn main() {}
