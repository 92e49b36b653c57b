//! C131: a marked arm that is no future.

use weftwork::gather;

fn plain() -> Result<u8, ()> {
    Ok(1)
}

async fn all() -> Result<(u8, u8), ()> {
    gather!(plain()?, async { Ok(2) }?).await
}

fn main() {}
