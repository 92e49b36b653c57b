//! D35: a rate as text has the same units.
use weftwork::limit;

#[limit("100/sec")]
async fn fetch() {}

fn main() {}
