//! Arms as other libraries write them.

use weftwork::race_ok;

async fn answer() -> Result<u8, ()> {
    Ok(1)
}

async fn all() {
    race_ok!(Ok(one) = answer() => one, Ok(two) = answer() => two).await.ok();
}

fn main() {}
