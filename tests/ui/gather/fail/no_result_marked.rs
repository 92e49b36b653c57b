//! A marked arm whose output is no `Result`.

use weftwork::gather;

async fn count() -> u8 {
    1
}

async fn all() -> Result<(u8,), ()> {
    gather!(count()?).await
}

fn main() {}
