//! P127, D37: what a key needs.
use weftwork::limit;

struct UserId(u32);

#[limit(5, key = user)]
async fn fetch(user: UserId) -> u32 {
    user.0
}

fn main() {}
