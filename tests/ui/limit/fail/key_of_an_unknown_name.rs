//! P127: the compiler's own words about a name.
use weftwork::limit;

#[limit(5, key = usr)]
async fn fetch(user: u32) -> u32 {
    user
}

fn main() {}
