//! D49: a semicolon too many.
use weftwork::Elapsed;

// #[timeout(8s)]
// #[limit(4)]
async fn fetch() -> Result<u8, Elapsed> {
    Ok(1);
}

fn main() {
    let _call = fetch();
}
