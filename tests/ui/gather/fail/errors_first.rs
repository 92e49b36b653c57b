//! `errors` knows one value.

use weftwork::gather;

async fn load(id: u8) -> Result<u8, ()> {
    Ok(id)
}

async fn all() {
    let _ = gather!(for id in 0..3 { load(id)? }, errors = first).await;
    let _ = gather!(for id in 0..3 { load(id)? }, errors = 3).await;
}

fn main() {}
