//! P124, D19: a limiter has a rate of its own.
use weftwork::limit;

use weftwork::Limiter;

static DB: Limiter = Limiter::new(32);

#[limit(100/s, shared = DB)]
async fn fetch() {}

fn main() {}
