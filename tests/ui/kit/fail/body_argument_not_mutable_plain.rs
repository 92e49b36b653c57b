//! D50: an argument without `mut`.
use weftwork::Elapsed;

// #[timeout(8s)]
// #[limit(4)]
async fn take(list: Vec<u8>) -> Result<Vec<u8>, Elapsed> {
    list.push(1);
    Ok(list)
}

fn fetch() {}

fn main() {
    let _call = fetch();
}
