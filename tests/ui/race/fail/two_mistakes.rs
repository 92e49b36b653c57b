//! C131: two mistakes, two errors in one pass.

use weftwork::race;

async fn all() {
    race!(async { 1 }?, async { 2 }, colour = 1).await;
    race!(1, 2).await;
}

fn main() {}
