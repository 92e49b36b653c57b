//! X24: there is no generator around it.

use weftwork::{Context, context, with};

fn number() -> Context<u8> {
    context!(async {
        yield 1;
    })
}

async fn all() {
    with!(one = number(), {
        yield *one;
    })
    .await;
}

fn main() {}
