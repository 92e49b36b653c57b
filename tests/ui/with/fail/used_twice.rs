//! X14: a context is used once.

use weftwork::{Context, context, with};

fn number() -> Context<u8> {
    context!(async {
        yield 1;
    })
}

async fn both() {
    let one = number();
    with!(_ = one, {}).await;
    with!(_ = one, {}).await;
}

fn main() {}
