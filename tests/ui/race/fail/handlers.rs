//! Arms as other libraries write them.

use weftwork::race;

async fn answer() -> u8 {
    1
}

async fn all() {
    race!(one = answer() => one, two = answer() => two + 1).await;
    race! {
        _ = answer() => {}
        _ = answer() => {}
    }
    .await;
    race!(answer() => 1).await;
}

fn main() {}
