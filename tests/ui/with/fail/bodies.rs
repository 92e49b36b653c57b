//! Bodies that are none.

use weftwork::{Context, context, with};

fn number() -> Context<u8> {
    context!(async {
        yield 1;
    })
}

async fn all() {
    with!(one = number(), |one| { *one }).await;
    with!(one = number(), async |one| { *one }).await;
    with!(one = number(), *one + 1).await;
    with!(one = number(), move { 1 }).await;
}

fn main() {}
