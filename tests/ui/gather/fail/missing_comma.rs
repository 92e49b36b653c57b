//! D24: an option without a comma before it.

use weftwork::gather;

async fn load(id: u8) -> Result<u8, ()> {
    Ok(id)
}

async fn all(futures: Vec<std::future::Ready<u8>>) {
    gather!(load(1), load(2)? errors = all).await.ok();
    gather!(..futures limit = 3).await;
    gather!(load(1)?, async { 2 } errors = all).await.ok();
    gather!(for n in 0..3 { load(n) } limit = 3).await;
}

fn main() {}
