//! D50: two borrows.
use weftwork::{Elapsed, limit, timeout};

#[timeout(8s)]
#[limit(4)]
async fn fetch() -> Result<u8, Elapsed> {
    let mut list = vec![1];
    let first = &list[0];
    list.push(2);
    Ok(*first)
}

fn main() {
    let _call = fetch();
}
