//! X70: contexts without a name.

use weftwork::{Context, context, with};

fn number() -> Context<u8> {
    context!(async {
        yield 1;
    })
}

async fn all() {
    with!(number(), {}).await;
    with!(one = number(), self::number(), { *one }).await;
    let one = number();
    with!(one, {}).await;
}

fn main() {}
