//! C8: a mark behind what can not fail.

use weftwork::gather;

struct AppError;

async fn load(id: u8) -> u8 {
    id
}

async fn all() {
    let _ = gather!(for id in 0..3 { load(id)? }, error = AppError).await;
}

fn main() {}
