//! D52: two mistakes are two errors.
use weftwork::limit;

#[limit(0, wait = 500)]
async fn fetch() {}

fn main() {}
