//! P53: one limiter serves all arguments of type and const.
use weftwork::limit;

#[limit(N)]
async fn fetch<const N: usize>() -> usize {
    N
}

#[tokio::main]
async fn main() {
    fetch::<1>().await;
}
