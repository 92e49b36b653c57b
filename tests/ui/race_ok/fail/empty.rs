//! C78.

use weftwork::race_ok;

async fn all() {
    race_ok!().await.ok();
    race_ok!(stagger = 250ms).await.ok();
}

fn main() {}
