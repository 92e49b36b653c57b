//! X19: it lends nothing.

use weftwork::{Context, context};

fn number() -> Context<u8> {
    context!(async {
        let number = 1;
        drop(number);
    })
}

fn empty() -> Context<u8> {
    context!(async {})
}

fn main() {}
