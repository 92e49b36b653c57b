//! C129: it has no options.

use weftwork::race;

async fn all() {
    race!(async { 1 }, async { 2 }, stagger = 250ms).await;
    race!(async { 1 }, async { 2 }, timeout = 5s).await;
    race!(async { 1 }, async { 2 }, biased = true).await;
    race!(async { 1 }, async { 2 }, colour = 4).await;
    race!(colour = 4, async { 1 }).await;
    race!(colour = 4).await;
}

fn main() {}
