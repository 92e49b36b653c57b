//! P124, D19: a shared limiter is one for all keys.
use weftwork::limit;

use weftwork::Limiter;

static DB: Limiter = Limiter::new(32);

#[limit(shared = DB, key = user)]
async fn fetch(user: u32) -> u32 {
    user
}

fn main() {}
