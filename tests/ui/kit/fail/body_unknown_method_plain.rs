//! D49: a method that does not exist.
use weftwork::Elapsed;

// #[timeout(8s)]
// #[limit(4)]
async fn fetch() -> Result<u8, Elapsed> {
    Ok("one".nothing())
}

fn main() {
    let _call = fetch();
}
