//! C132.

#![deny(unused_must_use)]

use weftwork::race_ok;

async fn answer() -> Result<u8, ()> {
    Ok(1)
}

async fn all() {
    race_ok!(answer(), answer());
    race_ok!(answer(), answer(), stagger = 1s);
}

fn main() {}
