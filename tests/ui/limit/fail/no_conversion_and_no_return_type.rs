//! P52, D39: nothing is returned that could say so.
use weftwork::limit;

#[limit(5, max_waiting = 64)]
async fn fetch() {}

fn main() {}
