//! D25: an option of another attribute.
use weftwork::limit;

#[limit(5, attempts = 3)]
async fn fetch() {}

fn main() {}
