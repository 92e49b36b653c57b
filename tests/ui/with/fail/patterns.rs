//! A name, and not a pattern.

use weftwork::{Context, context, with};

fn number() -> Context<u8> {
    context!(async {
        yield 1;
    })
}

async fn all() {
    with!((a, b) = number(), { 1 }).await;
    with!(mut one = number(), { *one += 1 }).await;
    with!(one: u8 = number(), { 1 }).await;
    with!(let one = number(), { 1 }).await;
    with!(number() as one, { *one }).await;
}

fn main() {}
