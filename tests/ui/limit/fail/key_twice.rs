//! P123, D18: the same option twice.
use weftwork::limit;

#[limit(5, key = user, key = tenant)]
async fn fetch(user: u32, tenant: u32) -> u32 {
    user + tenant
}

fn main() {}
