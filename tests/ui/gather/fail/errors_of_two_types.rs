//! C8 with `errors = all`, and a marked arm that is no `Result`.

use weftwork::gather;

struct NotFound;
struct Refused;

async fn user() -> Result<u8, NotFound> {
    Ok(1)
}

async fn orders() -> Result<u8, Refused> {
    Ok(2)
}

async fn count() -> u8 {
    3
}

async fn all() {
    gather!(user()?, orders()?, errors = all).await.ok();
    gather!(user()?, count()?, errors = all).await.ok();
}

fn main() {}
