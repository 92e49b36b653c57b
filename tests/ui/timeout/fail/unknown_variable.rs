//! An expression over nothing: the compiler's error at the user's word.
use weftwork::timeout;

#[timeout(patience)]
async fn fetch() -> Result<(), weftwork::Elapsed> {
    Ok(())
}

#[tokio::main]
async fn main() {
    let _done = fetch().await;
}
