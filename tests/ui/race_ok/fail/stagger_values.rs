//! D28 to D31: what is no duration.

use weftwork::race_ok;

async fn answer() -> Result<u8, ()> {
    Ok(1)
}

async fn all(seconds: u64) {
    race_ok!(answer(), answer(), stagger = 250).await.ok();
    race_ok!(answer(), answer(), stagger = 5m).await.ok();
    race_ok!(answer(), answer(), stagger = -5s).await.ok();
    race_ok!(answer(), answer(), stagger = "soon").await.ok();
    race_ok!(answer(), answer(), stagger = seconds).await.ok();
}

fn main() {}
