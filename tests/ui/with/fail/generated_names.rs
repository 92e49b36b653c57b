//! Names of the expansion are out of reach.

use weftwork::{Context, context, with};

fn number() -> Context<u8> {
    context!(async {
        yield 1;
    })
}

async fn all() {
    with!(one = number(), {
        let _ = &frame;
        let _ = &outcome;
        *one
    })
    .await;
}

fn main() {}
