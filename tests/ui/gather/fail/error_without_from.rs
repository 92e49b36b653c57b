//! C8: an error that does not become the one that is asked for.

use weftwork::gather;

struct AppError;
struct NotFound;

async fn load(id: u8) -> Result<u8, NotFound> {
    if id == 0 { Err(NotFound) } else { Ok(id) }
}

async fn all() {
    let _ = gather!(for id in 0..3 { load(id)? }, error = AppError).await;
}

fn main() {}
