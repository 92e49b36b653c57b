//! P53: one limiter serves all calls.
use weftwork::limit;

#[limit(100/s, burst = size)]
async fn fetch(size: usize) -> usize {
    size
}

fn main() {}
