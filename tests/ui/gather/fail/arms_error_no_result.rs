//! C8: an arm that can not fail.

use weftwork::gather;

struct AppError;

async fn both() {
    let _ = gather!(async { Ok::<u8, AppError>(1) }?, async { 2 }?, error = AppError).await;
}

fn main() {}
