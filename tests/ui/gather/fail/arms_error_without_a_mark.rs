//! C8: nothing that could be converted.

use weftwork::gather;

struct AppError;

async fn load(id: u8) -> Result<u8, ()> {
    Ok(id)
}

async fn all() {
    let _ = gather!(load(1), load(2), error = AppError).await;
}

fn main() {}
