//! A `break` to a loop outside is rustc's own error.

use weftwork::{Context, context, with};

fn number() -> Context<u8> {
    context!(async {
        yield 1;
    })
}

async fn all() {
    loop {
        with!(_ = number(), { break }).await;
    }
}

fn main() {}
