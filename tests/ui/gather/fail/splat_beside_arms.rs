//! C130: as a comprehension, a splat stands alone.

use weftwork::gather;

async fn all(futures: Vec<std::future::Ready<u8>>) {
    gather!(async { 1 }, ..futures).await;
}

fn main() {}
