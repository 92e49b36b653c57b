//! C46: nothing can fail.

use weftwork::gather;

async fn load(id: u8) -> Result<u8, ()> {
    Ok(id)
}

async fn all() {
    let _ = gather!(for id in 0..3 { load(id) }, errors = all).await;
    let _ = gather!(..[load(1), load(2)], errors = all).await;
}

fn main() {}
