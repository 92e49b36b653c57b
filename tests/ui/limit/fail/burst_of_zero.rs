//! P122: nothing could ever begin.
use weftwork::limit;

#[limit(100/s, burst = 0)]
async fn fetch() {}

fn main() {}
