//! D24: an option without a comma before it.

use weftwork::race_ok;

async fn answer() -> Result<u8, ()> {
    Ok(1)
}

async fn all() {
    race_ok!(answer(), answer() stagger = 5ms).await.ok();
    race_ok!(answer(), answer() stagger = "x").await.ok();
}

fn main() {}
