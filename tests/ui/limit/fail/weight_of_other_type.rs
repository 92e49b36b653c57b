//! P127: the compiler's own words about a type.
use weftwork::limit;

#[limit(100, weight = rows)]
async fn fetch(rows: u32) -> u32 {
    rows
}

fn main() {}
