//! D35: a rate is written in digits.
use weftwork::limit;

const SPEED: u64 = 100;

#[limit(SPEED/s)]
async fn fetch() {}

fn main() {}
