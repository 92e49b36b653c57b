//! X72: what is no context.

use weftwork::{Context, context, with};

fn number() -> Context<u8> {
    context!(async {
        yield 1;
    })
}

struct Session;

async fn all() {
    with!(_ = 5, {}).await;
    with!(_ = Session, {}).await;
    with!(_ = number, {}).await;
    with!(_ = &mut number(), {}).await;
    with!(_ = async { 1 }, {}).await;
}

fn main() {}
