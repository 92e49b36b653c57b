//! P118, D40: nothing there can fail.
use weftwork::retry;

#[retry(attempts = 4)]
async fn fetch() {}

fn main() {}
