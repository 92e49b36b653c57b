//! C8: nothing that could be converted.

use weftwork::gather;

struct AppError;

async fn load(id: u8) -> Result<u8, ()> {
    Ok(id)
}

async fn all() {
    let _ = gather!(for id in 0..3 { load(id) }, error = AppError).await;
}

fn main() {}
