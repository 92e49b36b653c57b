//! D26: a number as text.
use weftwork::limit;

#[limit(100, weight = "3")]
async fn fetch() {}

fn main() {}
