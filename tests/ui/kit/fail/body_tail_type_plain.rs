//! D49: the tail has another type.
use weftwork::Elapsed;

// #[timeout(8s)]
// #[limit(4)]
async fn fetch() -> Result<u8, Elapsed> {
    Ok("one")
}

fn main() {
    let _call = fetch();
}
