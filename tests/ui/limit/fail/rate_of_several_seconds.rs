//! D35: a rate is of one unit of time.
use weftwork::limit;

#[limit(100/5s)]
async fn fetch() {}

fn main() {}
