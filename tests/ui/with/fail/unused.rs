//! Without an `.await` nothing happens.

#![deny(unused_must_use)]

use weftwork::{Context, context, with};

fn number() -> Context<u8> {
    context!(async {
        yield 1;
    })
}

async fn all() {
    with!(_ = number(), { 1 });
    number();
}

fn main() {}
