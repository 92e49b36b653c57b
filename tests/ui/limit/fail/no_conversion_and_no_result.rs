//! P52, D39: what is returned is no `Result`.
use weftwork::limit;

#[limit(5, max_waiting = 64)]
async fn fetch() -> u8 {
    1
}

fn main() {}
