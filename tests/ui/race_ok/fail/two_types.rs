//! C79: the arms agree on both types of their `Result`.

use weftwork::race_ok;

struct NotFound;

async fn answer() -> Result<u8, String> {
    Ok(1)
}

async fn user() -> Result<String, String> {
    Ok(String::new())
}

async fn cached() -> Result<u8, NotFound> {
    Err(NotFound)
}

async fn all() {
    race_ok!(answer(), user(), stagger = 5ms).await.ok();
    race_ok!(answer(), cached()).await.ok();
}

fn main() {}
