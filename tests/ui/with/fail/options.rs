//! X73: it has none; every `name = value` is a binding.

use weftwork::{Context, context, with};

fn number() -> Context<u8> {
    context!(async {
        yield 1;
    })
}

async fn all() {
    with!(one = number(), grace = weftwork::secs(2), { *one }).await;
    with!(one = number(), timeout = 2s, { *one }).await;
    with!(one = number(), { *one }, grace = 2).await;
}

fn main() {}
