//! C8: an arm whose error does not become the one that is asked for.

use weftwork::gather;

struct AppError;
struct NotFound;
struct Refused;

impl From<NotFound> for AppError {
    fn from(_: NotFound) -> Self {
        Self
    }
}

async fn user() -> Result<u8, NotFound> {
    Ok(1)
}

async fn orders() -> Result<u8, Refused> {
    Ok(2)
}

async fn both() {
    let _ = gather!(user()?, orders()?, error = AppError).await;
}

fn main() {}
