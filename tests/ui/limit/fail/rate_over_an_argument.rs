//! P53, D35: one limiter serves all calls.
use weftwork::limit;

#[limit(speed/s)]
async fn fetch(speed: u64) -> u64 {
    speed
}

fn main() {}
