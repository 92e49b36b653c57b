//! P11: what stands above has already made the function synchronous.
use weftwork::{Elapsed, timeout};

#[tokio::main]
#[timeout(5s)]
async fn main() -> Result<(), Elapsed> {
    Ok(())
}
