//! P124, D19: a shared limiter has a burst of its own.
use weftwork::limit;

use weftwork::Limiter;

static DB: Limiter = Limiter::rate(100, weftwork::secs(1));

#[limit(shared = DB, burst = 20)]
async fn fetch() {}

fn main() {}
