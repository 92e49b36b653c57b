//! C8: marked arms share one error type.

use weftwork::gather;

struct NotFound;
struct Refused;

async fn user() -> Result<u8, NotFound> {
    Ok(1)
}

async fn orders() -> Result<u8, Refused> {
    Ok(2)
}

async fn both() -> Result<(u8, u8), NotFound> {
    gather!(user()?, orders()?).await
}

fn main() {}
