//! D50: moved out of a borrow.
use weftwork::Elapsed;

// #[timeout(8s)]
// #[limit(4)]
async fn take(list: &Vec<u8>) -> Result<Vec<u8>, Elapsed> {
    Ok(*list)
}

fn fetch() {}

fn main() {
    let _call = fetch();
}
