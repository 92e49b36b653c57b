//! It takes an `async` block, and nothing else.

use weftwork::{Context, context};

fn plain() -> Context<u8> {
    context!({
        yield 1;
    })
}

fn closure() -> Context<u8> {
    context!(async || {
        yield 1;
    })
}

fn options() -> Context<u8> {
    context!(
        async {
            yield 1;
        },
        name = "one"
    )
}

fn nothing() -> Context<u8> {
    context!()
}

fn main() {}
