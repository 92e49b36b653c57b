//! C71.

use weftwork::race_ok;

async fn answer() -> Result<u8, String> {
    Ok(1)
}

async fn all() {
    race_ok!(answer(), answer()?).await.unwrap();
    race_ok!(answer()?, answer(), stagger = 5ms).await.unwrap();
}

fn main() {}
