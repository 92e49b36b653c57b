//! C46.

use weftwork::gather;

async fn answer() -> Result<u8, ()> {
    Ok(1)
}

async fn all() {
    drop(gather!(answer(), answer(), errors = all).await);
    gather!(errors = all).await;
}

fn main() {}
