//! C129, D16 to D18, D21, D25: one mistake each.

use weftwork::race_ok;

async fn answer() -> Result<u8, ()> {
    Ok(1)
}

async fn all() {
    race_ok!(answer(), answer(), stager = 5ms).await.ok();
    race_ok!(answer(), answer(), colour = 4).await.ok();
    race_ok!(answer(), answer(), stagger = 5ms, stagger = 6ms).await.ok();
    race_ok!(answer(), answer(), stagger =).await.ok();
    race_ok!(answer(), answer(), delay = 5ms).await.ok();
    race_ok!(answer(), answer(), errors = all).await.ok();
    race_ok!(stagger = 5ms, answer(), answer()).await.ok();
}

fn main() {}
