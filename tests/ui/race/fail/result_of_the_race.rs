//! The race gives what its arms give, and its user wants something else.

use weftwork::race;

async fn answer() -> u8 {
    1
}

async fn all() -> String {
    race!(answer(), answer()).await
}

fn main() {}
