//! P11: one above the entry attribute, where it belongs, and one below.
use weftwork::{Elapsed, limit, timeout};

#[timeout(5s)]
#[tokio::main]
#[limit(5)]
async fn main() -> Result<(), Elapsed> {
    Ok(())
}
