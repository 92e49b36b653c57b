//! P124, D19: a burst belongs to a rate.
use weftwork::limit;

#[limit(5, burst = 20)]
async fn fetch() {}

fn main() {}
