//! X13: a context that is never entered.

#![deny(unused_must_use)]

use weftwork::{Context, context};

fn number() -> Context<u8> {
    context!(async {
        yield 1;
    })
}

fn all() {
    number();
}

fn main() {}
