//! C79: an arm that is no `Result`.

use weftwork::race_ok;

async fn answer() -> Result<u8, String> {
    Ok(1)
}

async fn number() -> u8 {
    1
}

async fn all() {
    race_ok!(answer(), number()).await.unwrap();
    race_ok!(number(), answer()).await.unwrap();
    race_ok!(number(), stagger = 5ms).await.unwrap();
}

fn main() {}
