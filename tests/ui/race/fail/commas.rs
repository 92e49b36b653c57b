//! D24: a comma too much.

use weftwork::race;

async fn all() {
    race!(async { 1 },, async { 2 }).await;
    race!(, async { 1 }).await;
    race!(,).await;
}

fn main() {}
