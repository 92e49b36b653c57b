//! D24: a comma too much.

use weftwork::race_ok;

async fn answer() -> Result<u8, ()> {
    Ok(1)
}

async fn all() {
    race_ok!(answer(),, answer()).await.ok();
    race_ok!(answer(), stagger = 5ms,, answer()).await.ok();
}

fn main() {}
