//! X20: it lends once.

use weftwork::{Context, context};

fn number(large: bool) -> Context<u8> {
    context!(async move {
        if large {
            yield 200;
        } else {
            yield 1;
        }
    })
}

fn twice() -> Context<u8> {
    context!(async {
        yield 1;
        yield 2;
    })
}

fn main() {}
