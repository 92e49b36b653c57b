//! D50: used after a move.
use weftwork::Elapsed;

// #[timeout(8s)]
// #[limit(4)]
async fn fetch() -> Result<u8, Elapsed> {
    let list = vec![1];
    drop(list);
    Ok(list[0])
}

fn main() {
    let _call = fetch();
}
