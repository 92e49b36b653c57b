//! D59: what is generated can not be named.
use weftwork::{Elapsed, limit, timeout};

#[timeout(5s)]
#[limit(5)]
async fn fetch() -> Result<(), Elapsed> {
    let _conversion = from_elapsed;
    let _limiter = LIMITER;
    Ok(())
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
