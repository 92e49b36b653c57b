//! C132.

#![deny(unused_must_use)]

use weftwork::race;

async fn all() {
    race!(async { 1 }, async { 2 });
}

fn main() {}
